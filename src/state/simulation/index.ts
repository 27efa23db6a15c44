/**
 * What autoscaling does to a volume over time, and what that saves: a model of pure functions over plain data, in whole
 * numbers, that knows no database, no HTTP and no clock. docs/simulation.md says what it assumes.
 *
 * How to use it:
 *
 * 1. Settings. Keep the overrides of an account and of an instance. `changeProblems` says what is wrong with what a
 *    caller sent, `change` gives the overrides after it (null reverts), `contradictions(effective(account, instance))`
 *    says whether they can hold: ask for the account and each of its instances. `rulesOf` makes of them what a volume
 *    goes by; give it to each volume with `setRules`.
 * 2. Curves. `readCurve` makes a curve of what a caller sent, or says what is wrong with it.
 * 3. Volumes. `create` and `activate` make the state of one: plain JSON, to be kept in a row. All other verbs take a
 *    state and the second of the call, and give an outcome: the new state, the events to tell, and the tasks to carry
 *    out in AWS, in their order. Instants in milliseconds are cut down to their second. A verb expects that all ticks
 *    through its second have been done.
 * 4. Time. `next` names the next tick at which a rule acts, and `act` does it. So a row is due at `next`, and after
 *    every verb and act it is asked again. `others` are the attachments of the other volumes on the instance; where
 *    that number changes and `hasRoom` with it, `next` has to be asked again for the neighbours: from the same tick on
 *    for those with a greater id, from the next second on for all others. `advance` does all this for the volumes of
 *    one instance. `next` finds nothing after its `through`: a row without a tick is to be asked again from there. With
 *    jitter it has to look at each repetition, so a year ahead is a good bound.
 * 5. History and money. `keep` after the creation, each verb, and each act that had tasks. `historyAt` and `series`
 *    read it; two of its rows, or `rowOf` of the present, go into `savingsOf` and `utilizationOf`.
 *
 * Seconds are whole, since 1970. `used` is in thousandths of a GiB, all sizes are in GiB.
 */
export { act } from './act.ts';
export { advance, type Group } from './advance.ts';
export type { MilliGib, Second } from './exact.ts';
export { attachmentsOf, canActivate, hasRoom, largestGb } from './members.ts';
export {
  emptyHistory,
  type History,
  type HistoryRow,
  historyAt,
  keep,
  mostRows,
  rowOf,
  series,
} from './money/history.ts';
export { type Savings, savingsOf, spentBefore, type Totals, utilizationOf } from './money/money.ts';
export { pricedTypes, type VolumeType } from './money/prices.ts';
export { next, type Search } from './next.ts';
export type { EventKind, Outcome, SimulationEvent, Task } from './outcome.ts';
export {
  change,
  changeProblems,
  contradictions,
  defaultSettings,
  describeSettings,
  effective,
  type Overrides,
  type Rules,
  rulesOf,
  type SettingName,
  type Settings,
  type SettingsChange,
  type SettingView,
  settingNames,
  settings,
} from './settings.ts';
export { type Curve, valueAt } from './use/curve.ts';
export { type CurveOwner, type Problem, readCurve } from './use/curve-input.ts';
export {
  activate,
  create,
  deactivate,
  deleteCurve,
  finishCopy,
  memberModified,
  modify,
  type NewVolume,
  remove,
  setCurve,
  setPlace,
  setRules,
} from './verbs.ts';
export {
  type Agent,
  type Copy,
  type MemberSet,
  type Mode,
  provisionedGb,
  usedAt,
  type VolumeState,
  waitsBecause,
} from './volume.ts';
