import { describe, expect, test } from 'vitest'
import { BadDataError, FirebreakError, UnknownRevisionError, UnreachableError, UserError } from './errors.ts'

describe('errors say what is wrong and what would be right', () => {
  test('of the user', () => {
    const error = new UserError('config.quorum.k', 5, 'at most the number of signers, 4')
    expect(error.message).toMatchInlineSnapshot(`"config.quorum.k: got 5; want at most the number of signers, 4"`)
    expect(error).toMatchObject({ name: 'UserError', retryable: false, key: 'config.quorum.k', got: 5 })
    expect(error).toBeInstanceOf(FirebreakError)
  })

  test('nothing, text and amounts are shown as such', () => {
    expect(new UserError('--config', undefined, 'a file').message).toMatchInlineSnapshot(`"--config: got nothing; want a file"`)
    expect(new UserError('--config', 'a.ts', 'a file').message).toMatchInlineSnapshot(`"--config: got "a.ts"; want a file"`)
    expect(new UserError('amount', 10n ** 20n, 'less').message).toMatchInlineSnapshot(`"amount: got 100000000000000000000; want less"`)
    expect(new UserError('f', () => 1, 'data').message).toMatchInlineSnapshot(`"f: got () => 1; want data"`)
    expect(new UserError('fees', { maxFeeWei: 10n, tip: [1n] }, 'gwei').message).toMatchInlineSnapshot(
      `"fees: got {"maxFeeWei":"10","tip":["1"]}; want gwei"`,
    )
    const ring: { self?: unknown } = {}
    ring.self = ring
    expect(new UserError('ring', ring, 'data').message).toMatchInlineSnapshot(`"ring: got [object Object]; want data"`)
  })

  test('of data from outside; retryable only when declared', () => {
    const facts = { from: 'rpc.example', what: 'parentHash of block 7', got: '0xaa', want: '0xbb' }
    expect(new BadDataError(facts).message).toMatchInlineSnapshot(`"rpc.example: parentHash of block 7 is "0xaa"; want 0xbb"`)
    expect(new BadDataError(facts).retryable).toBe(false)
    expect(new BadDataError({ ...facts, retryable: true }).retryable).toBe(true)
  })

  test('long data is cut', () => {
    const { message } = new BadDataError({ from: 'a', what: 'b', got: 'x'.repeat(10_000), want: 'c' })
    expect(message.length).toBeLessThan(150)
    expect(message).toContain('x...; want c')
  })

  test('of an endpoint', () => {
    const error = new UnreachableError('rpc.example', 'eth_getLogs', 'timeout after 2 s')
    expect(error.message).toMatchInlineSnapshot(`"rpc.example: eth_getLogs failed: timeout after 2 s"`)
    expect(error.retryable).toBe(true)
  })

  test('of a revision that nobody taught us', () => {
    expect(new UnknownRevisionError('Aave v3', '0x87', '9', ['1', '2']).message).toMatchInlineSnapshot(
      `"Aave v3 at 0x87 reports revision 9; known are 1, 2. Firebreak does not guess: update it or remove this protocol."`,
    )
  })
})
