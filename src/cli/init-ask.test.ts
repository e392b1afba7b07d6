// What `init` asks and what it refuses: a missing flag by name, a slip in an address, and a key that would get into the config.
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Ask, type InitOptions, terminal, wantedOf } from './init-ask.ts'

const POOL = '0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2'
const KEYED = 'https://eth.example.org/v2/abcdefghijklmnopqrstuvwxyz012345'
const given = (options: Partial<InitOptions> = {}): InitOptions => ({
  yes: true,
  rpc: 'http://127.0.0.1:8545',
  protocol: 'aave-v3',
  address: POOL,
  out: 'x.ts',
  force: false,
  json: false,
  ...options,
})
const without = (name: 'rpc' | 'protocol' | 'address'): InitOptions => {
  const { [name]: _, ...rest } = given()
  return rest
}
/** Answers in turn; what was asked. */
const person = (...answers: readonly string[]): { readonly ask: Ask; readonly asked: string[] } => {
  const asked: string[] = []
  const ask: Ask = async (question) => {
    asked.push(question)
    return answers[asked.length - 1] ?? 'nothing left to say'
  }
  return { ask, asked }
}

beforeEach(() => {
  process.env['INIT_TEST_RPC'] = 'ws://127.0.0.1:1'
  delete process.env['FIREBREAK_RPC']
})
afterEach(() => {
  delete process.env['INIT_TEST_RPC']
})

describe('with flags alone', () => {
  test('everything given asks nothing; addresses in lower case', async () => {
    expect(await wantedOf(given(), undefined)).toEqual({
      rpc: 'http://127.0.0.1:8545',
      endpoint: 'http://127.0.0.1:8545',
      pool: POOL.toLowerCase(),
      guard: undefined,
    })
  })
  test.each(['rpc', 'protocol', 'address'] as const)('a missing --%s is named', async (name) => {
    await expect(wantedOf(without(name), undefined)).rejects.toThrow(new RegExp(`^--${name}: got nothing; want `))
  })
  test('an endpoint by reference is read for this run and stays a reference', async () => {
    expect(await wantedOf(given({ rpc: 'env:INIT_TEST_RPC' }), undefined)).toMatchObject({
      rpc: { env: 'INIT_TEST_RPC' },
      endpoint: 'ws://127.0.0.1:1',
    })
    await expect(wantedOf(given({ rpc: 'env:NOT_THERE_AT_ALL' }), undefined)).rejects.toThrow('NOT_THERE_AT_ALL')
    await expect(wantedOf(given({ rpc: 'file:/not/there' }), undefined)).rejects.toThrow('/not/there')
  })
  test('an address with a key is refused without showing it', async () => {
    const error = await wantedOf(given({ rpc: KEYED }), undefined).catch((e: Error) => e)
    expect(String(error)).toContain('--rpc env:FIREBREAK_RPC')
    expect(String(error)).not.toContain('abcdefghij')
  })
  test.each(['ftp://x', 'example.org', 'env:', 'env:a b'])('no endpoint: %s', async (rpc) => {
    await expect(wantedOf(given({ rpc }), undefined)).rejects.toThrow(/^--rpc: /)
  })
  test('a slip in an address shows by its checksum; another protocol is refused', async () => {
    await expect(wantedOf(given({ address: POOL.replace('E2', 'e2') }), undefined)).rejects.toThrow(POOL)
    await expect(wantedOf(given({ address: POOL.toLowerCase() }), undefined)).resolves.toMatchObject({ pool: POOL.toLowerCase() })
    await expect(wantedOf(given({ guard: '0x12' }), undefined)).rejects.toThrow('--guard: got "0x12"')
    await expect(wantedOf(given({ protocol: 'aave-v2' }), undefined)).rejects.toThrow('--protocol: got "aave-v2"')
  })
})

describe('in a terminal', () => {
  test('what is missing is asked, what is wrong is asked again with the reason, empty takes the default', async () => {
    const { protocol: _p, rpc: _r, address: _a, ...nothing } = given()
    const { ask, asked } = person('', 'example.org', 'http://127.0.0.1:8545', '0x12', POOL, '')
    expect(await wantedOf(nothing, ask)).toMatchObject({ endpoint: 'http://127.0.0.1:8545', pool: POOL.toLowerCase(), guard: undefined })
    expect(asked).toHaveLength(6)
    expect(asked[2]).toContain('got "example.org"')
    expect(asked[4]).toContain('got "0x12"')
  })
  test('an address with a key is used now, and the config gets the name of a variable', async () => {
    const { ask, asked } = person('')
    expect(await wantedOf(given({ rpc: KEYED, guard: '' }), ask)).toMatchObject({ rpc: { env: 'FIREBREAK_RPC' }, endpoint: KEYED })
    expect(asked.join()).not.toContain('abcdefghij')
  })
  test('the end of the input is giving up, not waiting for ever', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const { ask, close } = terminal(input, output)
    const answer = ask('? ')
    input.write(' one \n')
    expect(await answer).toBe('one')
    const waiting = ask('and? ')
    input.end()
    await expect(waiting).rejects.toThrow('the end of the input')
    close()
  })
})
