// A user's own sign-ins, outside the product's frame: for users without an organization, who can open no other page.
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { buttonStyle } from '../design/controls/button.tsx';
import { BareFrame } from '../frame/bare-frame.tsx';
import { Problem } from '../problem.ts';
import { getSignIns, SIGN_INS_KEY } from '../settings/settings-api.ts';
import { SignInsPage } from '../settings/sign-ins/sign-ins-page.tsx';
import { SignInPage } from './sign-in-page.tsx';

export function OwnSignInsPage() {
  const { error } = useQuery({ queryKey: SIGN_INS_KEY, queryFn: getSignIns, staleTime: 0 });
  useEffect(() => {
    document.title = 'Your sign-ins · Groundwire';
  }, []);
  if (error instanceof Problem && error.status === 401) return <SignInPage />;
  return (
    <BareFrame>
      <div className="mx-auto flex w-full max-w-[50rem] flex-col gap-6 px-4 py-6 desk:py-8">
        <div className="flex flex-col items-start gap-1">
          <h1 className="text-display font-semibold tracking-tight">Your sign-ins</h1>
          <p className="text-muted">See where you are signed in, and end sessions that you don’t recognize.</p>
        </div>
        <SignInsPage />
        {/* Loads a new page, because this one doesn’t know its organization. */}
        <a href="/" className={`${buttonStyle('plain', 'medium')} self-start`}>
          Open Groundwire
        </a>
      </div>
    </BareFrame>
  );
}
