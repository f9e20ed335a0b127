// The least a Worker can do: forward the request to the provider and the response to the client. With Groundwire's rate
// limit binding it checks the limit first, which shows the cost of the local platform without Groundwire.
/** @satisfies {ExportedHandler<{ UPSTREAM: string; EDGE_LIMIT?: RateLimit }>} */
export default {
  async fetch(request, env) {
    await env.EDGE_LIMIT?.limit({ key: request.headers.get('CF-Connecting-IP') ?? 'none' });
    return fetch(`${env.UPSTREAM}/v1/messages`, { method: 'POST', headers: request.headers, body: request.body });
  },
};
