// How an endpoint is called in texts: enough to know which one, without the key that many providers put into the URL.

export interface EndpointName {
  readonly name: string
  /** Takes the endpoint's secrets out of somebody else's text. */
  scrub(text: string): string
}

/** Path parts and query values from this length on are taken for keys. */
const LONG = 16
const HIDDEN = '***'

export function nameEndpoint(address: string): EndpointName {
  // the path of a socket holds no key
  const url = URL.canParse(address) && !address.startsWith('ipc:') ? new URL(address) : undefined
  if (url === undefined) return { name: address, scrub: (text) => text }
  const parts = url.pathname.split('/')
  const queries = [...url.searchParams.values()]
  const secrets = [url.username, url.password, ...parts.filter((part) => part.length >= LONG), ...queries].filter((secret) => secret !== '')
  const path = parts.map((part) => (part.length >= LONG ? HIDDEN : part)).join('/')
  const name = `${url.protocol}//${url.host}${path === '/' ? '' : path}${queries.length > 0 ? `?${HIDDEN}` : ''}`
  // Longest first, so that a secret which contains another one is hidden whole.
  const hide = [address, url.href, ...secrets, ...secrets.map(decode)].filter((text) => text.length > 2).sort((a, b) => b.length - a.length)
  return { name, scrub: (text) => hide.reduce((rest, secret) => rest.replaceAll(secret, secret.includes('://') ? name : HIDDEN), text) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
