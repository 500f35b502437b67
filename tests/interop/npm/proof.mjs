// The npm client of Microsoft Graph against the emulator: signs in, lists, pages, gets, dismisses, confirms.
// Run by ../clients.py, which gives it what `entra-risk serve --tls` exports. Ends with 0 if all holds.
import assert from "node:assert/strict";

import { ClientSecretCredential } from "@azure/identity";
import { Client, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const SCOPES = ["https://graph.microsoft.com/.default"];
const UNKNOWN = "11111111-2222-4333-8444-555555555555";
const given = (name) => process.env[`ENTRA_RISK_${name}`];

function credential(secret) {
  // Instance discovery asks Microsoft's own host whether it knows this authority.
  const options = { authorityHost: given("AUTHORITY"), disableInstanceDiscovery: true };
  return new ClientSecretCredential(given("TENANT_ID"), given("CLIENT_ID"), secret, options);
}

function graph() {
  const root = new URL(given("GRAPH_ROOT_TLS"));
  const authProvider = new TokenCredentialAuthenticationProvider(credential(given("CLIENT_SECRET")), { scopes: SCOPES });
  return Client.initWithMiddleware({ baseUrl: root.href, defaultVersion: "beta", authProvider, customHosts: new Set([root.hostname]) });
}

/** The OData error that the client makes of a refused call. */
async function refusal(call, status, code) {
  const error = await call.then(() => assert.fail(`was not refused with ${status}`), (error) => error);
  assert(error instanceof GraphError, error);
  assert.deepEqual([error.statusCode, error.code], [status, code]);
  assert(error.message && error.requestId, "an OData error has a message and names the request");
  return error;
}

async function everyone(client) {
  const whole = await client.api("/riskyUsers").top(500).get();
  assert.equal(whole["@odata.nextLink"], undefined, "more than one page of 500");
  const first = await client.api("/riskyUsers").top(50).select(["id", "riskState"]).get();
  assert.equal(first.value.length, 50);
  assert.deepEqual(Object.keys(first.value[0]).sort(), ["id", "riskState"]);
  const seen = [];
  await new PageIterator(client, first, (user) => seen.push(user.id) > 0).iterate();
  assert(seen.length > 100, `${seen.length} users in pages`);
  assert.deepEqual(seen.sort(), whole.value.map((user) => user.id).sort());
  const risky = await client.api("/riskyUsers").filter("riskState eq 'atRisk' and isDeleted eq false").top(500).get();
  assert(risky.value.length > 0 && risky.value.every((user) => user.riskState === "atRisk" && !user.isDeleted));
  console.log(`lists ${whole.value.length} users, the same in pages of 50; ${risky.value.length} by a filter`);
  return [whole.value.map((user) => user.id), risky.value[0].id];
}

/** One action after the other; after each the account is read back. */
async function settle(client, id) {
  const one = () => client.api(`/riskyUsers/${id}`).get();
  for (const [action, level, state] of [["confirmCompromised", "high", "confirmedCompromised"], ["dismiss", "none", "dismissed"]]) {
    const before = await one();
    assert.equal(before.id, id);
    assert.notEqual(before.riskState, state, "nothing is left to see");
    await client.api(`/riskyUsers/${action}`).post({ userIds: [id] });
    const after = await one();
    assert.deepEqual([after.riskLevel, after.riskState], [level, state]);
    assert(after.riskLastUpdatedDateTime > before.riskLastUpdatedDateTime, "the time did not move");
    console.log(`gets one, brings it to ${state}, reads it back`);
  }
}

async function refused(client, ids) {
  const states = async () => (await client.api("/riskyUsers").top(500).get()).value.map((user) => [user.id, user.riskState]);
  await refusal(client.api(`/riskyUsers/${UNKNOWN}`).get(), 404, "Request_ResourceNotFound");
  const before = await states();
  const error = await refusal(client.api("/riskyUsers/dismiss").post({ userIds: ids.slice(0, 61) }), 400, "BadRequest");
  assert.deepEqual(await states(), before, "a refused call changed something");
  console.log(`is told why an unknown id and 61 ids are refused: ${error.message}`);
}

await assert.rejects(credential(`${given("CLIENT_SECRET")}x`).getToken(SCOPES), /AADSTS7000215/);
const client = graph();
await client.api("/riskyUsers").top(1).get();
console.log("signs in with the client secret, not with another");
const [ids, atRisk] = await everyone(client);
await settle(client, atRisk);
await refused(client, ids);
