// A reason why the local stack can't start or continue, in one line that says what to do.
export class StackError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StackError';
  }
}
