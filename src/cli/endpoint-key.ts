// Does an endpoint's address hold something that looks like a key? Then it belongs into the environment or a file, not into a config.

/** From this length on a part of a path is taken for a key. Shorter ones with letters and digits mixed are too. */
const LONG = 16
const MIXED = 8

/** Errs on the side of yes: a reference costs nothing. */
export function holdsKey(address: string): boolean {
  // the path of a socket is no secret, however long
  if (!URL.canParse(address) || address.startsWith('ipc:')) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '' || url.search !== '') return true
  const looksLikeOne = (part: string) => part.length >= LONG || (part.length >= MIXED && /\d/.test(part) && /[a-z]/i.test(part))
  const isKeyLabel = (label: string) => label.length >= 20 && /\d/.test(label) && !label.includes('-')
  return url.pathname.split('/').some(looksLikeOne) || url.hostname.split('.').some(isKeyLabel)
}

/** ws: and http: to another machine: whoever is in between reads and changes what is answered. */
export function isOpenToOthers(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  if (protocol !== 'ws:' && protocol !== 'http:') return false
  const near = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\]|\[f[cd])/
  return !near.test(hostname) && (hostname.includes('.') || hostname.startsWith('['))
}
