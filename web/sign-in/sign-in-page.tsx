// Shown to users who aren't signed in.
import { Logo } from '../design/logo.tsx';
import { hasPageIdentity } from '../request.ts';
import { SignInOptions } from './sign-in-options.tsx';

export function SignInPage() {
  return (
    <main className="h-dvh overflow-y-auto bg-canvas">
      <div className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center gap-6 px-4 py-10">
        <header className="flex flex-col items-start gap-4">
          <Logo size={40} />
          <div className="flex flex-col gap-1">
            <h1 className="text-display font-semibold tracking-tight">Sign in to Groundwire</h1>
            <p className="text-muted">
              {hasPageIdentity()
                ? 'You were signed out, or your session expired. Sign in to continue. Unsent messages are saved.'
                : 'The assistant that respects your permissions.'}
            </p>
          </div>
        </header>
        <SignInOptions returnTo={location.pathname + location.search} />
      </div>
    </main>
  );
}
