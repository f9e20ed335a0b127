// A client of the alga wire, written like the one on its pages: splits the body at blank lines and joins the contents.
export type SimpleFrame = { readonly content: string; readonly done: boolean; readonly type?: string } & Record<
  string,
  unknown
>;

export type SimpleAnswer = {
  /** The text a page shows: all contents joined. */
  readonly text: string;
  readonly isDone: boolean;
  readonly frames: readonly SimpleFrame[];
};

/** Reads until `done`, or to the end of the body. */
export async function readSimpleAnswer(
  response: Response,
  onFrame: (frame: SimpleFrame, text: string) => void = () => undefined,
): Promise<SimpleAnswer> {
  if (!response.body) throw new Error('no body');
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const frames: SimpleFrame[] = [];
  let buffer = '';
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { text, isDone: false, frames };
    buffer += decoder.decode(value, { stream: true });
    const events = buffer.split('\n\n');
    buffer = events.pop() ?? '';
    for (const event of events) {
      for (const line of event.split('\n')) {
        if (!line.startsWith('data: ')) continue;
        const frame = JSON.parse(line.slice('data: '.length)) as SimpleFrame;
        frames.push(frame);
        text += frame.content;
        onFrame(frame, text);
        if (frame.done) {
          await reader.cancel();
          return { text, isDone: true, frames };
        }
      }
    }
  }
}
