"""``/tokens``: by which programs ask the API. For administrators of the whole city."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from dashboard.accounts.actor import Actor, Role
from dashboard.accounts.token_keeping import TokenKeeper
from dashboard.api import account_words as words
from dashboard.api.accounts import NOT_THERE, address_of, office_of
from dashboard.api.actor import Administrator, need_everywhere
from dashboard.api.kept import answered
from dashboard.api.problems import UNKEPT, Refused
from dashboard.api.services import ApiServices, Services

router = APIRouter(tags=["accounts"])
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/tokens", response_model=words.TokensSaid, responses=NOT_THERE)
def tokens(request: Request, _: Administrator, services: Services) -> Response:
    """Every token, the newest first, those that ended too."""
    found = office_of(services).kept_tokens.tokens()
    return answered(request, words.TokensSaid(tokens=[words.token(each) for each in found]))


@router.post("/tokens", status_code=201, responses=NOT_THERE)
def add(
    request: Request, response: Response, actor: Administrator, services: Services, asked: words.Tokening
) -> words.TokenMade:
    """A token for a program. It is in this answer and never again."""
    made = _keeper(actor, request, services).add(asked.token())
    response.headers.update(UNKEPT)
    return words.TokenMade(token=made, name=asked.name)


@router.delete("/tokens/{token_id}", responses=NOT_THERE)
def revoke(request: Request, token_id: Number, actor: Administrator, services: Services) -> words.TokenRead:
    """It opens nothing from now on."""
    keeper = _keeper(actor, request, services)
    known = {each.id: each for each in keeper.tokens()}
    if token_id not in known:
        raise Refused(404, "no_token", number=token_id)
    keeper.revoke(known[token_id])
    return words.token(next(each for each in keeper.tokens() if each.id == token_id))


def _keeper(actor: Actor, request: Request, services: ApiServices) -> TokenKeeper:
    need_everywhere(actor, Role.ADMINISTRATOR)
    return office_of(services).token_keeper(actor, address_of(request))
