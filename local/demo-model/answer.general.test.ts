import { describe, expect, test } from 'vitest';
import { startConversation, uuid } from './conversation.fixture.ts';
import { PLM_TOOLS } from './tools.fixture.ts';

function say(...texts: readonly string[]): string {
  const talk = startConversation({});
  return texts.map((text) => talk.ask(text).text).at(-1) ?? '';
}

describe('it says what it is', () => {
  test.each([
    'Who are you?',
    'are you an AI?',
    'What model are you',
    'hello',
    'help',
    'What can you do?',
    'Explain quantum computing',
  ])('%s', (text) => {
    expect(say(text)).toMatch(/demo model/);
    expect(say(text)).toMatch(/not an AI|no AI/);
  });

  test('with tools it names them', () => {
    expect(startConversation({ tools: PLM_TOOLS }).ask('help').text).toContain('`get_bom`');
  });
});

describe('small things are answered without tools, even when there are some', () => {
  test.each([
    ['what is 17 * 23?', '17 × 23 = **391**'],
    ['count to 12', '1, 2, 3, 4, 5, 6, 7, 8, 9, 10,\n11, 12.'],
    ['count from 3 down to 1', '3, 2, 1.'],
    ['thanks!', 'You are welcome.'],
  ])('%s', (text, reply) => {
    expect(startConversation({ tools: PLM_TOOLS }).ask(text)).toMatchObject({ calls: [], text: reply });
  });
});

test('the line that says who asks is no part of the question', () => {
  expect(say('From "Eli \\"E\\" Okafor":\ncount to 12')).toBe(say('count to 12'));
});

describe('it follows the conversation', () => {
  test('the name that it was told', () => {
    expect(say('My name is Ada', 'count to 3', 'what is my name?')).toBe('Your name is Ada.');
    expect(say("hi, I'm Bob", "what's my name")).toBe('Your name is Bob.');
    expect(say('what is my name?')).toBe('You have not told me your name in this conversation.');
  });

  test('what was asked', () => {
    expect(say('count to 3', 'What did I ask before?')).toContain('“count to 3”');
    expect(say('hello', 'count to 3', 'what was my first question?')).toContain('“hello”');
    expect(say('what did I ask before?')).toBe('This is the first thing that you asked me in this conversation.');
    expect(say('hello', 'count to 3', 'summarize our conversation')).toBe(
      'So far you wrote:\n\n1. “hello”\n2. “count to 3”',
    );
  });

  test('what earlier results told, when no tool can be asked any more', () => {
    const item = { id: uuid(1), itemNumber: 'PN-000001', name: 'Arm', itemType: 'Part', material: 'Steel' };
    const talk = startConversation({ tools: PLM_TOOLS, results: { get_item_details: item } });
    talk.ask('Tell me about PN-000001');
    const later = startConversation({});
    later.messages.push(...talk.messages);
    expect(later.ask('what is it made of?').text).toBe('**PN-000001 Arm** is made of **Steel**.');
  });
});

describe('long and varied answers', () => {
  test('a long story has chapters, many words, and its topic', () => {
    const story = say('Write a long story about a bridge');
    expect(story).toMatch(/^# A bridge\n/);
    expect(story.match(/^## /gm)).toHaveLength(8);
    expect(story.split(/\s+/).length).toBeGreaterThan(700);
  });

  test('counting to 200 names every number once', () => {
    expect(say('please count to 200').match(/\d+/g)?.map(Number)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  test.each([
    ['show me a table', /^\| --- |^\| :--- /m],
    ['make a list', /^1\. .*\n2\. /m],
    ['show me code in python', /```python\n/],
    ['show me some markdown', /^> [\s\S]*~~~|^> /m],
  ])('%s', (text, pattern) => {
    expect(say(text)).toMatch(pattern);
  });

  test('hostile text comes back harmless', () => {
    const reply = say('<script>alert(1)</script> | [x](javascript:y)');
    expect(reply).toContain('demo model');
    expect(reply.match(/^\| Keywords \|.*$/m)?.[0]).not.toMatch(/<script>|\]\(/);
  });
});

describe('drafts', () => {
  const system =
    'You are speaking with "Nora".\nYou draft a document for this person from the sources in their message, and from nothing else.';
  const rows = [
    '1 Project {"name":"Summer Tour","client":null}',
    '2 Show {"name":"Opening Night","startsAt":"2026-06-01T20:00:00+02:00","timeZone":"Europe/Berlin","doorsAt":null}',
    '3 Venue {"name":"Harbour Hall","contactName":null}',
  ];
  const ask = (name: string) =>
    startConversation({ system }).ask(
      `${name}: Opening Night\n\nSources, one row a line, as JSON:\n${rows.join('\n')}`,
    );

  test('rows of the request become the draft, and what no row holds is marked as missing', () => {
    const { text } = ask('Advancing email');
    expect(text).toContain('Monday, June 1, 2026, 8:00 PM (Europe/Berlin)');
    expect(text).toContain('[missing: doors time]');
    expect(text).toContain('[missing: contact name]');
    expect(text).toContain('Thank you,\n\nNora');
  });

  test('each document has its own sections', () => {
    expect(ask('Vendor RFP').text).toContain('# Request for proposals: Summer Tour');
    expect(ask('Production schedule').text).toContain('# Production schedule: Summer Tour');
    expect(ask('Incident summary report').text).toContain('[missing: OSHA decision]');
  });
});

test('a pasted book is read no further than what is asked for stands', () => {
  const book = 'Find all the parts that the design of the arm will change to, and release none. '.repeat(4000);
  expect(startConversation({ tools: PLM_TOOLS }).ask(book).text).not.toBe('');
  expect(say(`my name is Ada. ${book}`)).not.toBe('');
});

test('the same conversation always gets the same answer', () => {
  const texts = ['hello', 'count to 5', 'Explain the ECO process', 'what did I ask before?'];
  expect(say(...texts)).toBe(say(...texts));
});
