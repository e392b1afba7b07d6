// What `init` must know before it looks at the chain: from flags, and in a terminal by asking for what is missing.
import { createInterface } from 'node:readline/promises'
import { getAddress, isAddress } from 'viem'
import type { SecretRef } from '../config.ts'
import { UserError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'
import { nameEndpoint } from '../ingest/endpoint-name.ts'
import { holdsKey } from './endpoint-key.ts'
import { readSecret } from './secrets.ts'

export interface InitOptions {
  readonly yes: boolean
  readonly rpc?: string
  readonly protocol?: string
  readonly address?: string
  readonly guard?: string
  readonly out: string
  readonly force: boolean
  readonly json: boolean
}

export interface Wanted {
  /** As the config will name it: an address without a key, or where it is. */
  readonly rpc: string | SecretRef
  /** The address itself, for this run only. */
  readonly endpoint: string
  readonly pool: Hex
  readonly guard: Hex | undefined
}

/** Asks one thing and gives back the answer, trimmed. */
export type Ask = (question: string) => Promise<string>

const SUGGESTED = 'FIREBREAK_RPC'
const RPC_FORMS = 'a ws:, wss:, http: or https: address, the path of an IPC socket, env:NAME or file:PATH'
const POOL_FORM = "0x and 40 hex digits: the pool's proxy"

/** @param ask undefined: nobody is there to be asked, so what is missing is an error that names its flag */
export async function wantedOf(options: InitOptions, ask: Ask | undefined): Promise<Wanted> {
  await answer('--protocol', options.protocol, ask, 'Protocol [aave-v3]: ', 'aave-v3', parseProtocol)
  const { rpc, endpoint } = await endpointOf(options, ask)
  const pool = await answer('--address', options.address, ask, "Address of the pool's proxy: ", undefined, (text) =>
    parseAddress('--address', text, POOL_FORM),
  )
  const guard =
    ask && options.guard === undefined ? await ask('Address of your Guard, empty if there is none yet: ') : (options.guard ?? '')
  return { rpc, endpoint, pool, guard: guard === '' ? undefined : parseAddress('--guard', guard, '0x and 40 hex digits, or no --guard') }
}

async function endpointOf({ rpc }: InitOptions, ask: Ask | undefined): Promise<Pick<Wanted, 'rpc' | 'endpoint'>> {
  const given = await answer('--rpc', rpc, ask, `Endpoint (${RPC_FORMS}) [env:${SUGGESTED}]: `, `env:${SUGGESTED}`, parseRpc)
  if (typeof given !== 'string') return { rpc: given, endpoint: readSecret('--rpc', given) }
  if (!holdsKey(given)) return { rpc: given, endpoint: given }
  // a key in the config would be in every copy of it
  const { name } = nameEndpoint(given)
  const want = `a reference, since this address seems to hold a key: export ${SUGGESTED}=<address>, then --rpc env:${SUGGESTED} (or file:PATH)`
  if (!ask) throw new UserError('--rpc', name, want)
  const where = await answer(
    '--rpc',
    undefined,
    ask,
    `${name} seems to hold a key, which is never written into a config. Where will the node find it (env:NAME or file:PATH) [env:${SUGGESTED}]: `,
    `env:${SUGGESTED}`,
    parseReference,
  )
  return { rpc: where, endpoint: given }
}

/** Asked again until it is right; a flag that is wrong is an error at once. */
async function answer<T>(
  flag: string,
  given: string | undefined,
  ask: Ask | undefined,
  question: string,
  without: string | undefined,
  parse: (text: string) => T,
): Promise<T> {
  if (given !== undefined) return parse(given)
  if (!ask) return parse('')
  for (;;) {
    try {
      return parse((await ask(question)) || (without ?? ''))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      question = `${error.message.replace(`${flag}: `, '')}\n${question.split('\n').at(-1)}`
    }
  }
}

function parseProtocol(text: string): string {
  if (text !== 'aave-v3') throw new UserError('--protocol', text || undefined, 'aave-v3: no other is built in yet')
  return text
}

export function parseRpc(text: string): string | SecretRef {
  if (/^(env|file):[^/]|^file:\/[^/]/.test(text)) return parseReference(text)
  const isUrl = URL.canParse(text) && /^(wss?|https?):$/.test(new URL(text).protocol)
  if (isUrl || /^[./]/.test(text) || text.endsWith('.ipc')) return text
  throw new UserError('--rpc', text ? nameEndpoint(text).name : undefined, RPC_FORMS)
}

function parseReference(text: string): SecretRef {
  const [, kind, name] = /^(env|file):(.+)$/.exec(text) ?? []
  if (kind === 'env' && name && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { env: name }
  if (kind === 'file' && name) return { file: name }
  throw new UserError('--rpc', holdsKey(text) ? nameEndpoint(text).name : text, 'env:NAME or file:PATH')
}

export function parseAddress(flag: string, text: string, want: string): Hex {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new UserError(flag, text || undefined, want)
  // capitals are a checksum (EIP-55): a slip of the finger shows
  if (!isAddress(text, { strict: true }))
    throw new UserError(flag, text, `${getAddress(text.toLowerCase())} or all in lower case: its capitals are a checksum, and don't fit`)
  return text.toLowerCase() as Hex
}

/** In a terminal: questions on `output`, answers from `input`. Closing the input is giving up. */
export function terminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): { readonly ask: Ask; close(): void } {
  const lines = createInterface({ input, output })
  const ended = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new UserError('init', 'the end of the input', 'an answer to every question')))
  })
  ended.catch(() => undefined)
  return { ask: async (question) => (await Promise.race([lines.question(question), ended])).trim(), close: () => lines.close() }
}
