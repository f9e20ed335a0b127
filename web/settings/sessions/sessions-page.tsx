// How an organisation keeps its conversations.
import { useQuery } from '@tanstack/react-query';
import { Loading } from '../loading.tsx';
import { getSessionRules } from '../records-api.ts';
import type { SettingsTabProps } from '../settings-access.ts';
import { SessionsForm } from './sessions-form.tsx';
import { SESSION_RULES_KEY } from './sessions-key.ts';

export function SessionsPage({ me }: SettingsTabProps) {
  const { data, error, refetch } = useQuery({
    queryKey: SESSION_RULES_KEY,
    queryFn: getSessionRules,
    staleTime: 0,
  });
  if (data === undefined) return <Loading error={error} onRetry={() => void refetch()} />;
  return <SessionsForm me={me} rules={data} />;
}
