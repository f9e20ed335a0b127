// What a message is about: the program, design or thing that was in view when it was sent. The page that shows it says
// so; the person sees it above the words, and can take it off.

export type ChatContext = {
  readonly programId: string | null;
  readonly designId: string | null;
  /** What is in view, as "Design GBX-2 Gearbox". */
  readonly label: string;
  /** Where it is shown. */
  readonly path: string | null;
  /** The words to begin with, as "About PN-000123: "; empty where the context says it all. */
  readonly draft: string;
};
