// The entry of /embed.js: `Groundwire.createGroundwire`, or one script tag with data attributes, whose token comes from a
// function of the host's page that `data-get-token` names.
import { createGroundwire, type Groundwire, type GroundwireOptions, type Locale } from './create-groundwire.ts';
import type { Shortcuts } from './protocol.ts';

type HostWindow = typeof globalThis & {
  Groundwire?: {
    readonly createGroundwire: (
      options: Omit<GroundwireOptions, 'origin'> & { readonly origin?: string },
    ) => Groundwire;
    /** The assistant of the script tag's data attributes. */
    readonly assistant: Groundwire | null;
  };
};

const tag = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const ownOrigin = tag ? new URL(tag.src).origin : '';
const page = globalThis as HostWindow;

page.Groundwire = Object.freeze({
  createGroundwire: (options) => createGroundwire({ origin: ownOrigin, ...options }),
  assistant: tag?.dataset['org'] === undefined ? null : createGroundwire(fromAttributes(tag.dataset)),
} satisfies NonNullable<HostWindow['Groundwire']>);

function fromAttributes(data: DOMStringMap): GroundwireOptions {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const given = {
    scheme: data['scheme'] as GroundwireOptions['scheme'],
    position: data['position'] as GroundwireOptions['position'],
    zIndex: number(data['zIndex']),
    width: number(data['width']),
    locale: data['locale'] as Locale | undefined,
    shortcuts: data['shortcuts'] === undefined ? undefined : data['shortcuts'] !== 'off',
    tab: data['tab'] === undefined ? undefined : data['tab'] !== 'off',
  } satisfies { [K in keyof GroundwireOptions]?: GroundwireOptions[K] | undefined | boolean | Partial<Shortcuts> };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...(present as Partial<GroundwireOptions>),
    org: data['org'] ?? '',
    origin: data['origin'] ?? ownOrigin,
    getToken: () => callNamed(data['getToken'] ?? ''),
    theme: {
      ...(data['accent'] && { accent: data['accent'] }),
      ...(data['radius'] && { radius: Number(data['radius']) }),
    },
    brand: {
      ...(data['brandName'] && { name: data['brandName'] }),
      ...(data['brandLogo'] && { logo: data['brandLogo'] }),
    },
  };
}

/** Looked up when it is called, so that the page can define it after this script. A path such as `app.auth.getToken` works too. */
async function callNamed(path: string): Promise<string> {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let owner: unknown = globalThis;
  for (const name of names) owner = (owner as Record<string, unknown> | undefined)?.[name];
  const method = (owner as Record<string, unknown> | undefined)?.[last];
  if (typeof method !== 'function') throw new TypeError(`Groundwire: data-get-token names no function: ${path}`);
  return method.call(owner);
}
