// A figure with its name, for a list of them.

export function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-meta text-muted">{name}</dt>
      <dd className="m-0 font-medium tabular-nums">{value}</dd>
    </div>
  );
}
