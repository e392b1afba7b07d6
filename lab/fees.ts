// Who comes first in a block: the lab's chain orders by maxFeePerGas alone, so the fees are the order.

const GWEI = 1_000_000_000n

/** In wei of maxFeePerGas. A responder whose ordering is "won" pays `responderWon`; "lost" pays `responderLost`. */
export const FEES = {
  honest: 20n * GWEI,
  reporter: 30n * GWEI,
  /** The owners' own repair: ordinary urgency. */
  rescue: 35n * GWEI,
  responderLost: 40n * GWEI,
  attacker: 50n * GWEI,
  /** False reports come before the borrowing they pay for. */
  falseReporter: 60n * GWEI,
  responderWon: 100n * GWEI,
} as const
