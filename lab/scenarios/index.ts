// All scenarios: a new one is one file and one line here.
import { adminTakeover } from './attacks/admin-takeover.ts'
import { adminTakeoverSingleBlock } from './attacks/admin-takeover-single-block.ts'
import { baselinePoisoning } from './attacks/baseline-poisoning.ts'
import { decoyThenAttack } from './attacks/decoy-then-attack.ts'
import { feedAtFloor } from './attacks/feed-at-floor.ts'
import { hardCodedOracle } from './attacks/hard-coded-oracle.ts'
import { oracleRamp } from './attacks/oracle-ramp.ts'
import { oracleTakeover } from './attacks/oracle-takeover.ts'
import { oracleTakeoverSingleBlock } from './attacks/oracle-takeover-single-block.ts'
import { priceCrashBadDebt } from './attacks/price-crash-bad-debt.ts'
import { priceCrashBadDebtSingleBlock } from './attacks/price-crash-bad-debt-single-block.ts'
import { priceKeeperTakeover } from './attacks/price-keeper-takeover.ts'
import { rehearsedTakeover } from './attacks/rehearsed-takeover.ts'
import { sameHoleAgain } from './attacks/same-hole-again.ts'
import { thinCollateral } from './attacks/thin-collateral.ts'
import { thinCollateralSingleBlock } from './attacks/thin-collateral-single-block.ts'
import type { LabScenario } from './lab.ts'
import { calmDay } from './quiet/calm-day.ts'
import { deviationBurst } from './quiet/deviation-burst.ts'
import { governedChange } from './quiet/governed-change.ts'
import { guardianActs } from './quiet/guardian-acts.ts'
import { honestHiccups } from './quiet/honest-hiccups.ts'
import { leverageLoop } from './quiet/leverage-loop.ts'
import { marketMaker } from './quiet/market-maker.ts'
import { oracleTakeoverTwin } from './quiet/oracle-takeover-twin.ts'
import { orderlyCrash } from './quiet/orderly-crash.ts'
import { thinCollateralTwin } from './quiet/thin-collateral-twin.ts'
import { trueCollapse } from './quiet/true-collapse.ts'
import { trueHundredfold } from './quiet/true-hundredfold.ts'
import { trueRamp } from './quiet/true-ramp.ts'
import { twoAssetsJump } from './quiet/two-assets-jump.ts'
import { twoTrueJumps } from './quiet/two-true-jumps.ts'
import { whaleExit } from './quiet/whale-exit.ts'
import { wideSpreads } from './quiet/wide-spreads.ts'
import { wildThenJump } from './quiet/wild-then-jump.ts'

export const scenarios: readonly LabScenario[] = [
  oracleTakeover,
  adminTakeover,
  thinCollateral,
  priceCrashBadDebt,
  baselinePoisoning,
  decoyThenAttack,
  feedAtFloor,
  hardCodedOracle,
  oracleRamp,
  priceKeeperTakeover,
  rehearsedTakeover,
  sameHoleAgain,
  oracleTakeoverSingleBlock,
  adminTakeoverSingleBlock,
  thinCollateralSingleBlock,
  priceCrashBadDebtSingleBlock,
  oracleTakeoverTwin,
  governedChange,
  thinCollateralTwin,
  orderlyCrash,
  calmDay,
  whaleExit,
  deviationBurst,
  guardianActs,
  honestHiccups,
  leverageLoop,
  marketMaker,
  trueCollapse,
  trueHundredfold,
  trueRamp,
  twoAssetsJump,
  twoTrueJumps,
  wideSpreads,
  wildThenJump,
]
