// For tests: the rules of each wire that the real APIs enforce with a 400. Scripted providers check every request with them,
// so a request that only a friendly server would accept fails a test.
import { isRecord } from '../../../durable/providers/stream/tool-arguments.ts';
import { responsesProblems } from './responses-rules.ts';

type Fields = Readonly<Record<string, unknown>>;
type Report = (fault: string) => void;

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** Half a surrogate pair or NUL anywhere, also in names of fields. */
function checkText(body: unknown, report: Report): void {
  const texts: string[] = [];
  JSON.stringify(body, (key, value: unknown) => {
    texts.push(key);
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  if (texts.some((text) => !text.isWellFormed() || text.includes('\0'))) report('the text is not valid Unicode');
}

function checkTools(names: readonly unknown[], report: Report): void {
  for (const name of names) if (typeof name !== 'string' || !NAME.test(name)) report(`tool name: ${String(name)}`);
  if (new Set(names).size !== names.length) report('tools: names must be unique');
}

function checkArguments(text: unknown, report: Report): void {
  try {
    if (!isRecord(JSON.parse(String(text)))) report('arguments: must be an object');
    checkText(JSON.parse(String(text)), report);
  } catch {
    report('arguments: must be JSON');
  }
}

/** What the API at this address would refuse; empty if it accepts the request, or if there is no such API. */
export function faultsAt(address: string, body: unknown): string[] {
  const { pathname } = new URL(address, 'http://provider');
  if (pathname.endsWith('/messages')) return anthropicFaults(body);
  if (pathname.endsWith('/responses')) return responsesProblems(body);
  return pathname.endsWith('/chat/completions') ? chatFaults(body) : [];
}

/** The faults of a request to Anthropic's Messages API; empty if it is accepted. */
export function anthropicFaults(body: unknown): string[] {
  const faults: string[] = [];
  const report: Report = (fault) => faults.push(fault);
  if (!isRecord(body)) return ['the body is no object'];
  checkText(body, report);
  for (const field of ['temperature', 'top_p', 'top_k']) if (field in body) report(`${field}: not supported`);
  const tools = listOf(body['tools']).map(({ name }) => name);
  checkTools(tools, report);
  const messages = listOf(body['messages']);
  if (messages[0]?.['role'] !== 'user') report('messages: first message must use the "user" role');
  if (messages.at(-1)?.['role'] !== 'user') report('messages: prefill is not supported');
  const ids = new Set<unknown>();
  let called: unknown[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`;
    const { role } = message;
    if (role !== 'user' && role !== 'assistant') report(`${at}: role ${String(role)}`);
    if (role === messages[index - 1]?.['role']) report(`${at}: roles must alternate`);
    const blocks = listOf(message['content']);
    if (blocks.length === 0) report(`${at}: content must be non-empty`);
    const answered = blocks.filter(({ type }) => type === 'tool_result').map(({ tool_use_id: id }) => id);
    if (called.some((id) => !answered.includes(id))) report(`${at}: tool_use without tool_result`);
    if (answered.some((id) => !called.includes(id))) report(`${at}: unexpected tool_use_id`);
    if (new Set(answered).size !== answered.length) report(`${at}: two results for one call`);
    const firstText = blocks.findIndex(({ type }) => type === 'text');
    const lastResult = blocks.findLastIndex(({ type }) => type === 'tool_result');
    if (role === 'user' && firstText >= 0 && firstText < lastResult) report(`${at}: results must come first`);
    called = [];
    for (const block of blocks) {
      if (block['type'] === 'text' && String(block['text']).trim() === '') report(`${at}: text must be non-empty`);
      if (block['type'] === 'thinking' && !block['signature']) report(`${at}: signature is required`);
      if (block['type'] === 'redacted_thinking' && !block['data']) report(`${at}: data is required`);
      if (block['type'] !== 'tool_use') continue;
      const { id, name, input } = block;
      if (tools.length === 0) report(`${at}: tool_use needs tools`);
      if (typeof id !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(id)) report(`${at}: id ${String(id)}`);
      if (typeof name !== 'string' || !NAME.test(name)) report(`${at}: tool name ${String(name)}`);
      if (!isRecord(input)) report(`${at}: input must be an object`);
      if (ids.has(id)) report(`${at}: tool_use ids must be unique`);
      ids.add(id);
      called.push(id);
    }
    const last = blocks.at(-1)?.['type'];
    if (role === 'assistant' && (last === 'thinking' || last === 'redacted_thinking'))
      report(`${at}: the final block can't be thinking`);
  }
  return faults;
}

/** The faults of a request to the Chat Completions API. */
export function chatFaults(body: unknown): string[] {
  const faults: string[] = [];
  const report: Report = (fault) => faults.push(fault);
  if (!isRecord(body)) return ['the body is no object'];
  checkText(body, report);
  const tools = listOf(body['tools']).map(({ function: of }) => (isRecord(of) ? of['name'] : undefined));
  checkTools(tools, report);
  if ('max_tokens' in body && 'max_completion_tokens' in body) report('max_tokens: two limits');
  const messages = listOf(body['messages']);
  const ids = new Set<unknown>();
  let open: unknown[] = [];
  let before: unknown = 'system';
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`;
    const { role, content } = message;
    if (role === 'tool') {
      if (!open.includes(message['tool_call_id'])) report(`${at}: a result without its call`);
      open = open.filter((id) => id !== message['tool_call_id']);
      if (typeof content !== 'string' || content === '') report(`${at}: content is required`);
      before = role;
      continue;
    }
    if (open.length > 0) report(`${at}: tool_calls must be followed by tool messages`);
    open = [];
    if (role === 'system' && index > 0) report(`${at}: system must be first`);
    if (role === before && role !== 'system') report(`${at}: roles must alternate`);
    if (role === 'assistant' && before === 'system') report(`${at}: the first message must be the user's`);
    before = role;
    const calls = listOf(message['tool_calls']);
    if (calls.length === 0 && (typeof content !== 'string' || content.trim() === '')) report(`${at}: no content`);
    if ('tool_calls' in message && calls.length === 0) report(`${at}: tool_calls is too short`);
    if (calls.length > 0 && tools.length === 0) report(`${at}: tool_calls need tools`);
    for (const { id, type, function: of } of calls) {
      if (type !== 'function' || !isRecord(of)) report(`${at}: a call is no function`);
      else {
        if (typeof of['name'] !== 'string' || !NAME.test(of['name'])) report(`${at}: name ${String(of['name'])}`);
        checkArguments(of['arguments'], report);
      }
      if (typeof id !== 'string' || id === '' || id.length > 64) report(`${at}: id ${String(id)}`);
      if (ids.has(id)) report(`${at}: ids must be unique`);
      ids.add(id);
      open.push(id);
    }
  }
  if (open.length > 0) report('the last calls have no results');
  if (before !== 'user' && before !== 'tool') report('the last message must not be an answer');
  return faults;
}
