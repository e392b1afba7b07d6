// The built-in detectors: the conformance suite runs over this list and fails for a file that is missing here.
import { accountHealth } from './account-health.ts'
import { authorityChange } from './authority-change.ts'
import { blind } from './blind.ts'
import { borrowAgainstNew } from './borrow-against-new.ts'
import { capDonation } from './cap-donation.ts'
import { concentration } from './concentration.ts'
import { forcedTransactions } from './forced-transactions.ts'
import { freshAccounts } from './fresh-accounts.ts'
import { guardDisarmed } from './guard-disarmed.ts'
import { indexJump } from './index-jump.ts'
import { liquidityDepth } from './liquidity-depth.ts'
import { marketInit } from './market-init.ts'
import { marketSolvency } from './market-solvency.ts'
import { oracleBackrun } from './oracle-backrun.ts'
import { oracleBound } from './oracle-bound.ts'
import { oracleDeviation } from './oracle-deviation.ts'
import { oracleFrozen } from './oracle-frozen.ts'
import { oracleJump } from './oracle-jump.ts'
import { oracleMedianCaptured } from './oracle-median-captured.ts'
import { oracleReporters } from './oracle-reporters.ts'
import { oracleSingleSource } from './oracle-single-source.ts'
import { oracleStaleness } from './oracle-staleness.ts'
import { oracleSwapped } from './oracle-swapped.ts'
import { oracleUseLag } from './oracle-use-lag.ts'
import { outflowQuantile } from './outflow-quantile.ts'
import { outflowRate } from './outflow-rate.ts'
import { rehearsal } from './rehearsal.ts'
import { sequencerGap } from './sequencer-gap.ts'
import { sequencerStall } from './sequencer-stall.ts'
import { slowDrain } from './slow-drain.ts'
import { venueDepeg } from './venue-depeg.ts'
import { volumeSpike } from './volume-spike.ts'

export const detectors = {
  accountHealth,
  authorityChange,
  blind,
  borrowAgainstNew,
  capDonation,
  concentration,
  forcedTransactions,
  freshAccounts,
  guardDisarmed,
  indexJump,
  liquidityDepth,
  marketInit,
  marketSolvency,
  oracleBackrun,
  oracleBound,
  oracleDeviation,
  oracleFrozen,
  oracleJump,
  oracleMedianCaptured,
  oracleReporters,
  oracleSingleSource,
  oracleStaleness,
  oracleSwapped,
  oracleUseLag,
  outflowQuantile,
  outflowRate,
  rehearsal,
  sequencerGap,
  sequencerStall,
  slowDrain,
  venueDepeg,
  volumeSpike,
} as const
