// What an organisation tries out: a switch for each experimental feature, and one Save for all of them.
import { useQuery } from '@tanstack/react-query';
import { Loading } from '../loading.tsx';
import type { SettingsTabProps } from '../settings-access.ts';
import { getFeatures } from '../settings-api.ts';
import { FeaturesForm } from './features-form.tsx';
import { FEATURES_KEY } from './features-key.ts';

export function FeaturesPage({ me }: SettingsTabProps) {
  const { data, error, refetch } = useQuery({ queryKey: FEATURES_KEY, queryFn: getFeatures, staleTime: 0 });
  if (data === undefined) return <Loading error={error} onRetry={() => void refetch()} />;
  return <FeaturesForm me={me} list={data} />;
}
