// The least a Worker can do: hand the request to the provider and its body to the client. Where it has Groundwire's
// bindings it asks the rate limit first, so that what the local platform costs is seen apart from what Groundwire costs.
/** @satisfies {ExportedHandler<{ UPSTREAM: string; EDGE_LIMIT?: RateLimit }>} */
export default {
  async fetch(request, env) {
    await env.EDGE_LIMIT?.limit({ key: request.headers.get('CF-Connecting-IP') ?? 'none' });
    return fetch(`${env.UPSTREAM}/v1/messages`, { method: 'POST', headers: request.headers, body: request.body });
  },
};
