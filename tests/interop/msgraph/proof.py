"""The Python SDK of Microsoft Graph against the emulator: signs in, lists, pages, gets, dismisses, confirms.

Run by ../clients.py, which gives it what `entra-risk serve --tls` exports. Ends with 0 if all holds.
It calls v1.0, as its models do.
"""
import asyncio, os

from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.identity_protection.risky_users.confirm_compromised.confirm_compromised_post_request_body import (
    ConfirmCompromisedPostRequestBody,
)
from msgraph.generated.identity_protection.risky_users.dismiss.dismiss_post_request_body import DismissPostRequestBody
from msgraph.generated.identity_protection.risky_users.risky_users_request_builder import RiskyUsersRequestBuilder
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph_core.tasks.page_iterator import PageIterator

SCOPES = ["https://graph.microsoft.com/.default"]
UNKNOWN = "11111111-2222-4333-8444-555555555555"
given = {key.removeprefix("ENTRA_RISK_"): value for key, value in os.environ.items() if key.startswith("ENTRA_RISK_")}


def credential(secret):
    # Instance discovery asks Microsoft's own host whether it knows this authority.
    return ClientSecretCredential(
        given["TENANT_ID"], given["CLIENT_ID"], secret, authority=given["AUTHORITY"], disable_instance_discovery=True)


def asking(**options):
    return RequestConfiguration(
        query_parameters=RiskyUsersRequestBuilder.RiskyUsersRequestBuilderGetQueryParameters(**options))


async def refusal(call, status):
    """The OData error that the SDK makes of a refused call."""
    try:
        await call
    except ODataError as error:
        assert error.response_status_code == status, error
        assert error.error.code and error.error.message and error.error.inner_error.request_id, error
        return error.error
    raise AssertionError(f"was not refused with {status}")


async def everyone(users, adapter):
    whole = await users.get(request_configuration=asking(top=500))
    assert not whole.odata_next_link, "more than one page of 500"
    first = await users.get(request_configuration=asking(top=50, select=["id", "riskState"]))
    assert len(first.value) == 50 and first.odata_next_link, first
    assert first.value[0].risk_state and first.value[0].user_principal_name is None, "$select was not heard"
    seen = []
    await PageIterator(first, adapter).iterate(lambda user: seen.append(user.id) or True)
    assert len(seen) > 100 and sorted(seen) == sorted(user.id for user in whole.value), f"{len(seen)} users in pages"
    print(f"lists {len(whole.value)} users, the same in pages of 50")
    return whole.value


async def settle(users, user):
    """One action after the other; after each the account is read back."""
    one = users.by_risky_user_id(user)
    both = [
        (users.confirm_compromised, ConfirmCompromisedPostRequestBody, "high", "confirmedCompromised"),
        (users.dismiss, DismissPostRequestBody, "none", "dismissed"),
    ]
    for action, body, level, state in both:
        before = await one.get()
        assert before.id == user and before.risk_state.value != state, f"{before.risk_state} already"
        await action.post(body(user_ids=[user]))
        after = await one.get()
        assert (after.risk_level.value, after.risk_state.value) == (level, state), f"{after.risk_state} is not {state}"
        assert after.risk_last_updated_date_time > before.risk_last_updated_date_time, "the time did not move"
        print(f"gets one, brings it to {state}, reads it back")
    history = (await one.history.get()).value
    done = {item.risk_state.value: item.initiated_by for item in history}
    assert history[0].risk_state.value == "dismissed" and done["confirmedCompromised"] == done["dismissed"], done
    assert done["dismissed"] and not done["atRisk"], done
    print("reads in its history who did that")


async def refused(users, ids):
    async def states():
        page = await users.get(request_configuration=asking(top=500, select=["id", "riskState"]))
        return [(user.id, user.risk_state) for user in page.value]

    await refusal(users.by_risky_user_id(UNKNOWN).get(), 404)
    before = await states()
    error = await refusal(users.dismiss.post(DismissPostRequestBody(user_ids=ids[:61])), 400)
    assert await states() == before, "a refused call changed something"
    print(f"is told why an unknown id and 61 ids are refused: {error.message}")


async def main():
    async with credential(given["CLIENT_SECRET"] + "x") as wrong:
        try:
            await wrong.get_token(*SCOPES)
            raise AssertionError("a wrong secret signs in")
        except ClientAuthenticationError as error:
            assert "AADSTS7000215" in str(error), error
    async with credential(given["CLIENT_SECRET"]) as right:
        adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(right, scopes=SCOPES))
        adapter.base_url = given["BASE_URL_TLS"]
        users = GraphServiceClient(request_adapter=adapter).identity_protection.risky_users
        await users.get(request_configuration=asking(top=1))
        print("signs in with the client secret, not with another")
        listed = await everyone(users, adapter)
        at_risk = next(user for user in listed if user.risk_state.value == "atRisk" and not user.is_deleted)
        await settle(users, at_risk.id)
        await refused(users, [user.id for user in listed])


asyncio.run(main())
