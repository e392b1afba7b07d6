// Code of a real chain's accounts: the Reader, lent to a call, and eth_getCode say the same, of contracts, keys, delegated keys and nobody.
import { keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../lab/accounts.ts'
import { type Anvil, startAnvil } from '../../lab/anvil.ts'
import type { Hex } from '../core/flow.ts'
import { codeCall, isCodeCall, isSlotCall, wordAt } from '../core/words.ts'
import { ChainClient } from './chain-client.ts'
import { openRpc, type Rpc } from './rpc.ts'

const CONTRACT: Hex = '0x00000000000000000000000000000000000c0de1'
const SHORT: Hex = '0x00000000000000000000000000000000000c0de2'
const DELEGATED: Hex = '0x00000000000000000000000000000000000c0de3'
const NOBODY: Hex = '0x00000000000000000000000000000000000c0de4'
const LONG_CODE: Hex = `0x${'5b'.repeat(80)}`
const DELEGATION: Hex = `0xef0100${CONTRACT.slice(2)}`

let anvil: Anvil
let rpc: Rpc
beforeAll(async () => {
  anvil = await startAnvil({ genesisTimeS: 1_780_272_000 })
  for (const [address, code] of [
    [CONTRACT, LONG_CODE],
    [SHORT, '0x00'],
    [DELEGATED, DELEGATION],
  ] as const)
    await anvil.rpc.call('anvil_setCode', [address, code])
  await anvil.rpc.call('anvil_setBalance', [accountOf('deployer').address, toHex(10n ** 18n)])
  await anvil.rpc.call('evm_mine')
  rpc = await openRpc(anvil.url, { timeoutMs: 5_000 })
})
afterAll(async () => {
  rpc?.close()
  await anvil?.stop()
})

test('together by the Reader, and one by one', async () => {
  const client = new ChainClient(rpc, new AbortController().signal)
  const head = await client.header('latest')
  if (head === null) throw new Error('no head')
  const key = accountOf('deployer').address.toLowerCase() as Hex
  const calls = [CONTRACT, SHORT, DELEGATED, NOBODY, key].map(codeCall)
  const together = await client.callMany(calls, head)
  expect(together).toEqual(await Promise.all(calls.map((call) => client.call(call, head.hash))))
  expect(together?.map((answer) => wordAt(answer, 0))).toEqual([
    BigInt(keccak256(LONG_CODE)),
    BigInt(keccak256('0x00')),
    BigInt(keccak256(DELEGATION)),
    0n,
    0n,
  ])
  expect(together?.[2]?.slice(66, 112)).toBe(DELEGATION.slice(2))
})

test('a question of its own: neither an ABI call nor a slot', () => {
  expect([isCodeCall(codeCall(CONTRACT)), isSlotCall(codeCall(CONTRACT))]).toEqual([true, false])
  for (const data of ['0x', '0xa9059cbb', `0x${'00'.repeat(32)}`] as const) expect(isCodeCall({ to: CONTRACT, data })).toBe(false)
})
