// The key that pays for transactions and signs approvals. It lives in this closure alone: no error, log or property shows it.
import { readFileSync, statSync } from 'node:fs'
import { serializeCompactSignature, signatureToCompactSignature } from 'viem'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { UserError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'

/** Where the key is; never the key itself, since a config is printed and hashed. */
export type KeyReference = { readonly env: string } | { readonly file: string }

/** As viem's accounts take it. */
export interface TransactionRequest {
  readonly type: 'eip1559'
  readonly chainId: number
  readonly nonce: number
  readonly to: Hex
  readonly data: Hex
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

export interface Wallet {
  /** In lower case. */
  readonly address: Hex
  /** The signed bytes of an EIP-1559 transaction without value. */
  signTransaction(request: TransactionRequest): Promise<Hex>
  /** 64 bytes, EIP-2098. */
  signDigest(digest: Hex): Promise<Hex>
}

/** @param onWarning told once if others on this machine may read the key file */
export function loadWallet(reference: KeyReference, onWarning: (text: string) => void = () => {}): Wallet {
  const [where, text] =
    'env' in reference ? [`environment variable ${reference.env}`, process.env[reference.env]] : fromFile(reference.file, onWarning)
  if (text === undefined) throw new UserError('wallet key', where, 'one that is set and readable')
  const bare = text.trim().replace(/^0x/i, '')
  // what is wrong with the key is not shown, since it would show the key
  if (!/^[0-9a-f]{64}$/i.test(bare)) throw new UserError('wallet key', where, 'a private key there, as 64 hexadecimal digits')
  return walletOf(`0x${bare}`, where)
}

function walletOf(privateKey: Hex, where: string): Wallet {
  const account = (() => {
    try {
      return privateKeyToAccount(privateKey)
    } catch {
      throw new UserError('wallet key', where, 'a private key of secp256k1: above zero and below the order of the curve')
    }
  })()
  return {
    address: account.address.toLowerCase() as Hex,
    signTransaction: (request) => account.signTransaction(request),
    async signDigest(digest) {
      return serializeCompactSignature(signatureToCompactSignature(await sign({ hash: digest, privateKey, to: 'object' })))
    },
  }
}

function fromFile(file: string, onWarning: (text: string) => void): [string, string | undefined] {
  try {
    const { mode } = statSync(file)
    const open = (mode & 0o077).toString(8).padStart(2, '0')
    if (open !== '00' && process.platform !== 'win32')
      onWarning(`${file} can be read or changed by others (mode ..${open}): chmod 600 ${file}`)
    return [`file ${file}`, readFileSync(file, 'utf8')]
  } catch {
    return [`file ${file}`, undefined]
  }
}
