// Who comes first in a block: the lab's chain orders by maxFeePerGas alone, so the fees are the order.

const GWEI = 1_000_000_000n

/** In wei of maxFeePerGas. The nodes always bid `responderWon`; `overNodes` is what attackers add in blocks in which they come first. */
export const FEES = {
  honest: 20n * GWEI,
  reporter: 30n * GWEI,
  /** The owners' own repair: ordinary urgency. */
  rescue: 35n * GWEI,
  attacker: 50n * GWEI,
  /** What an attack prepares for itself in the same block: false reports, parameters, collateral. They come before the borrowing. */
  falseReporter: 60n * GWEI,
  responderWon: 100n * GWEI,
  overNodes: 100n * GWEI,
} as const
