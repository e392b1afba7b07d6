// Every key of the lab, from anvil's public mnemonic: nothing here may ever hold value.
import type { Address, Hex } from 'viem'
import { bytesToHex } from 'viem'
import { mnemonicToAccount, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

const MNEMONIC = 'test test test test test test test test test test test junk'

/** First index of each group; a group ends where the next begins. */
const FIRST = {
  deployer: 0,
  safeOwner: 1,
  node: 4,
  liquidator: 7,
  whale: 8,
  treasury: 9,
  reporter: 10,
  replacement: 46,
  person: 50,
  arbitrageur: 100,
  lp: 101,
  steward: 102,
  thinHolder: 103,
  /** Of scenarios that bring their own people. */
  newcomer: 104,
} as const

/** Every index below has ether and a key. */
export const ACCOUNTS = 110

export type Role = keyof typeof FIRST
export interface LabAccount {
  readonly address: Address
  readonly privateKey: Hex
  readonly signer: PrivateKeyAccount
}

let parent: ReturnType<ReturnType<typeof mnemonicToAccount>['getHdKey']> | undefined
const known = new Map<number, LabAccount>()
const byAddress = new Map<Address, LabAccount>()

export function accountOf(role: Role, n = 0): LabAccount {
  const index = FIRST[role] + n
  const before = known.get(index)
  if (before !== undefined) return before
  parent ??= mnemonicToAccount(MNEMONIC, { path: "m/44'/60'/0'/0" }).getHdKey()
  const key = parent.deriveChild(index).privateKey
  if (key === null) throw new Error(`no key at index ${index}`)
  const privateKey = bytesToHex(key)
  const signer = privateKeyToAccount(privateKey)
  const account = { address: signer.address, privateKey, signer }
  known.set(index, account)
  byAddress.set(account.address, account)
  return account
}

/** Derives every key: half a second that a run had better spend before its clock starts. */
export function deriveAll(): void {
  for (let n = 0; n < ACCOUNTS; n++) accountOf('deployer', n)
}

/** The account of an address. */
export function accountAt(address: Address): LabAccount {
  if (!byAddress.has(address)) deriveAll()
  const account = byAddress.get(address)
  if (account === undefined) throw new Error(`the lab has no key for ${address}`)
  return account
}
