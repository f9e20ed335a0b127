// Catches what fails while a part of the page renders, so that the rest of the page stays. React has this only for classes.
import { Component, type ReactNode } from 'react';

export type Failure = {
  readonly error: unknown;
  /** Renders the part again. A part that couldn't be loaded needs a reload instead. */
  readonly retry: () => void;
};

type BoundaryProps = {
  /** Shown instead of the part. */
  fallback: (failure: Failure) => ReactNode;
  /** Another value renders the part again, for example the path or the message. */
  resetKey?: unknown;
  onError?: (error: unknown) => void;
  children: ReactNode;
};

type BoundaryState = { readonly failed: { readonly error: unknown } | null };

export class ErrorBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failed: { error } };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(error);
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (this.state.failed !== null && before.resetKey !== this.props.resetKey) this.retry();
  }

  readonly retry = (): void => this.setState({ failed: null });

  override render(): ReactNode {
    const { failed } = this.state;
    return failed === null ? this.props.children : this.props.fallback({ error: failed.error, retry: this.retry });
  }
}
