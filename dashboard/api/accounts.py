"""``/accounts``: who may sign in, as what. For administrators of the whole city."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from dashboard.accounts import passwords
from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.keeping import Keeper
from dashboard.accounts.office import Office
from dashboard.accounts.records import Account
from dashboard.api import account_words as words
from dashboard.api.actor import Administrator, need_everywhere
from dashboard.api.kept import answered
from dashboard.api.problems import UNKEPT, Problem, Refused, Responses
from dashboard.api.services import ApiServices, Services
from ingest.stations import Registry

router = APIRouter(tags=["accounts"])

NOT_NOW: Responses = {409: {"model": Problem, "description": "it cannot be done as things stand"}}
NOT_THERE: Responses = {**NOT_NOW, 404: {"model": Problem, "description": "there is none of that number"}}
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/accounts", response_model=words.Accounts, responses=NOT_THERE)
def accounts(request: Request, _: Administrator, services: Services) -> Response:
    """Every account, with its open sessions, and the departments and areas that there are."""
    entries = [words.account(each) for each in office_of(services).entries()]
    departments, areas = _places(services.registry.registry())
    return answered(request, words.Accounts(accounts=entries, departments=departments, areas=areas))


@router.post("/accounts", status_code=201, responses=NOT_THERE)
def add(
    request: Request, response: Response, actor: Administrator, services: Services, asked: words.Adding
) -> words.Made:
    """A new account. Its start password is in this answer and never again; it is changed at the first sign-in."""
    office, keeper = kept_by(actor, request, services)
    new, password = asked.account(), passwords.made()
    keeper.add(new, password)
    response.headers.update(UNKEPT)
    return words.Made(account=words.account(office.entry(new.login)), password=password)


@router.patch("/accounts/{account_id}", responses=NOT_THERE)
def change(
    request: Request, account_id: Number, actor: Administrator, services: Services, asked: words.Changing
) -> words.AccountRead:
    """Another role, other departments or areas, disabled or not. It holds in open sessions at once."""
    office, keeper = kept_by(actor, request, services)
    account = _account(office, account_id)
    different = asked.disabled is not None and asked.disabled != (account.disabled_at is not None)
    if different or asked.of_role():
        disabled = asked.disabled if different else None
        keeper.change(account, asked.role, asked.departments, asked.areas, disabled=disabled)
    return words.account(office.entry(account.login))


@router.post("/accounts/{account_id}/reset", responses=NOT_THERE)
def reset(
    request: Request,
    response: Response,
    account_id: Number,
    actor: Administrator,
    services: Services,
    asked: words.Resetting,
) -> words.Made:
    """A new start password, a new second factor, or both; all sessions end. The password is in this answer and never
    again."""
    office, keeper = kept_by(actor, request, services)
    account = _account(office, account_id)
    password = _reset(keeper, account, asked)
    response.headers.update(UNKEPT)
    return words.Made(account=words.account(office.entry(account.login)), password=password)


@router.delete("/accounts/{account_id}/sessions", responses=NOT_THERE)
def end_sessions(request: Request, account_id: Number, actor: Administrator, services: Services) -> words.Ended:
    """Sign somebody out everywhere."""
    office, keeper = kept_by(actor, request, services)
    return words.Ended(ended=keeper.end_sessions(_account(office, account_id)))


def office_of(services: ApiServices) -> Office:
    """Where accounts are kept; refused where nobody signs in."""
    if services.office is None:
        raise Refused(404, "no_accounts")
    return services.office


def kept_by(actor: Actor, request: Request, services: ApiServices) -> tuple[Office, Keeper]:
    """The office, and what changes it for somebody. An administrator of some departments keeps nobody's account: that
    would be the way to more than one has."""
    need_everywhere(actor, Role.ADMINISTRATOR)
    office = office_of(services)
    return office, office.keeper(actor, address_of(request))


def address_of(request: Request) -> str:
    """Where a request comes from, for the audit log."""
    return request.client.host if request.client else ""


def _reset(keeper: Keeper, account: Account, asked: words.Resetting) -> str | None:
    if not asked.password:
        keeper.forget_second_factor(account)
        return None
    password = passwords.made()
    keeper.reset(account, password, made=True, second_factor=asked.second_factor)
    return password


def _account(office: Office, account_id: int) -> Account:
    found = office.account(account_id)
    if found is None:
        raise Refused(404, "no_account", number=account_id)
    return found


def _places(registry: Registry | None) -> tuple[list[str], list[str]]:
    """The Japanese names of departments and areas of the registry."""
    stations = registry.stations.values() if registry else ()
    return _names(each.department for each in stations), _names(each.area for each in stations)


def _names(found: Iterable[dict[str, str] | None]) -> list[str]:
    return sorted({each["ja"] for each in found if each})
