// A wallet that can't sign. Says who and what for, and nothing that the wallet said: that could hold key material.
import { FirebreakError } from '../core/errors.ts'
import type { Hex } from '../core/flow.ts'

export class SigningError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly address: Hex,
    readonly nonce: number,
  ) {
    super(`the wallet ${address} did not sign the transaction with nonce ${nonce}: check that its signer is reachable and unlocked`)
  }
}
