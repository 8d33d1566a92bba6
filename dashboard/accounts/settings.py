"""What can be set of the accounts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from dashboard.accounts.actor import Role


class AccountSettings(BaseModel):
    """Who must sign in how, and how long a session holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    enabled: bool = Field(
        default=True,
        description="people sign in; false lets everybody who reaches the port see and do everything, without a name: "
        "only for a closed network in which that is wanted",
    )
    hours: float = Field(
        default=24.0, gt=0, le=31 * 24, description="a session ends this long after signing in: one duty"
    )
    idle_minutes: float = Field(
        default=60.0, gt=0, le=31 * 24 * 60, description="a session ends this long after its last open page"
    )
    wall_hours: float = Field(
        default=90 * 24.0, gt=0, le=366 * 24, description="a session of an account for a wall screen ends after this"
    )
    require_second_factor_for: tuple[Role, ...] = Field(
        default=(Role.APPROVER, Role.ADMINISTRATOR),
        description="roles that must sign in with a code besides the password; all others may",
    )
    key_file: str = Field(
        default="",
        description="file of the key that seals second factors, made where it is missing; empty for accounts.key in "
        "the data folder. Keep a copy, and not with the backups of the database",
    )
