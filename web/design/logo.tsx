// The logo: the circuit symbol for ground.
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-user" />
      <path
        d="M16 6.5v9.5M7 16h18M11 20.5h10M14.5 25h3"
        fill="none"
        strokeWidth="2.4"
        strokeLinecap="round"
        className="stroke-on-user"
      />
    </svg>
  );
}
