// Places to go from an answer, as buttons below it. Pages of this product open here, others in a new tab.
import { ArrowUpRight, DraftingCompass, ExternalLink } from 'lucide-react';
import { Link } from 'wouter';
import { cx } from '../design/cx.ts';
import type { Offer } from './offer.ts';

export function Offers({ offers }: { offers: readonly Offer[] }) {
  if (offers.length === 0) return null;
  return (
    <ul aria-label="Places to open" className="flex flex-wrap gap-2">
      {offers.map((offer) => (
        <li key={offer.href} className="min-w-0">
          <OfferLink offer={offer} />
        </li>
      ))}
    </ul>
  );
}

function OfferLink({ offer }: { offer: Offer }) {
  const style = cx(LOOK, offer.kind === 'workspace' ? WORKSPACE : PLAIN);
  if (offer.external) {
    return (
      <a href={offer.href} target="_blank" rel="noopener noreferrer nofollow" className={style}>
        <span className="truncate">{offer.label}</span>
        <ExternalLink size={16} aria-hidden className="shrink-0" />
        <span className="sr-only">(opens in a new tab)</span>
      </a>
    );
  }
  return (
    <Link href={offer.href} className={style}>
      {offer.kind === 'workspace' && <DraftingCompass size={16} aria-hidden className="shrink-0" />}
      <span className="truncate">{offer.label}</span>
      {offer.kind === 'navigation' && <ArrowUpRight size={16} aria-hidden className="shrink-0 text-accent" />}
    </Link>
  );
}

const LOOK =
  'inline-flex h-9 max-w-full items-center gap-1.5 rounded-control px-3 font-medium transition-colors touch:h-11';
const PLAIN = 'border border-line-strong bg-raised shadow-raised hover:border-accent hover:bg-accent-soft';
const WORKSPACE = 'bg-accent text-on-accent hover:bg-accent-strong';
