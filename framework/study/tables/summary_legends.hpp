#pragma once

#include "study/tables/record_legends.hpp"

// Every field of summary.json, of every kind of stage.

namespace espalier::study {

inline constexpr Term kSummaryTerms[] = {
    {"stage", "text", "Its name in the manifest."},
    {"kind", "text", "solve, compare, fit or judge."},
    {"hash", "text", "Names the result: of all it depends on."},
    {"seeds", "integers", "The manifest's."},
    {"point", "values by key", "Of a sweep, which point this is; only there."},
};
inline constexpr Legend kSummary{"", "Of every stage", kSummaryTerms};

inline constexpr Term kGradingTerms[] = {
    {"grader", "text", "Its plugin; empty where the dataset has its own."},
    {"build", "text", "Hash of that plugin's library."},
    {"golds", "count", "Gold answers, each found equal to itself."},
    {"altered", "count", "Altered gold answers that the grader told from the gold ones."},
    {"unreadable", "count", "Altered ones it could not read."},
    {"accepted", "count", "Altered ones it took for right."},
    {"first_accepted", "text", "The first of these; only where there are some."},
};
inline constexpr Legend kGrading{"", "The check of a grader", kGradingTerms};

inline constexpr Term kChannelTerms[] = {
    {"value_right", "number or null", "Mean value of the chosen messages that were right; null: of none."},
    {"value_wrong", "number or null", "The same of those that were wrong."},
};
inline constexpr Legend kChannel{"", "What one value model said of the chosen messages", kChannelTerms};

inline constexpr Term kArmChoiceTerms[] = {
    {"chosen_right", "count",
     "Problems of which a right final message was drawn and chosen; failed ones are left out."},
    {"passed_over", "count", "A right one was drawn, another or none was chosen."},
    {"not_drawn", "count", "No right one was drawn."},
    {"passed_over_share", "0 to 1 or null", "Of those with a right one drawn; null: there are none."},
    Term{"other_values", "objects by value model",
         "The same values by further value models; only where some were asked."}
        .named(kChannel),
};
inline constexpr Legend kArmChoice{"", "How values chose", kArmChoiceTerms, kChannel};

inline constexpr Term kSeedTerms[] = {
    {"seed", "integer", "Which."},
    {"accuracy", "0 to 1", "With this seed."},
    {"ci95", "[LOW, HIGH]", "Wilson's interval of it."},
};
inline constexpr Legend kSeed{"", "An arm with one seed", kSeedTerms};

inline constexpr Term kArmTimingTerms[] = {
    {"seconds", "seconds", "Wall-clock time, shared by the problems worked on."},
    {"calls_drawn", "count", "Completions that a model generated."},
    {"calls_replayed", "count", "Completions found in the store."},
    {"replayed_share", "0 to 1", "Of both, those from the store, which takes no time."},
};
inline constexpr Legend kArmTimings{"", "What differs from run to run", kArmTimingTerms};

inline constexpr Term kArmFigureTerms[] = {
    {"name", "text", "Of the arm, of a solve stage the stage's."},
    {"oracle", "true or false", "Whether its search could see the true answers."},
    {"problems", "count", "Selected."},
    {"runs", "count", "Problems times seeds."},
    {"correct", "count", "Runs that were right."},
    {"failures", "count", "Runs that failed and count as wrong."},
    {"accuracy", "0 to 1", "Mean over problems of the share of seeds that were right."},
    {"ci95", "[LOW, HIGH]", "Wilson's interval of it."},
    {"first_failure", "text", "Which problem failed first and why; only where one did."},
    Term{"grading", "object", "How its grader stood the test of the gold answers."}.of(kGrading),
    Term{"choice", "object or null", "How values chose; null: the search asked for none."}.of(kArmChoice),
    {"seconds", "seconds", "Wall-clock time per run."},
    Term{"totals", "object", "Sums of the costs over runs."}.of(kCost),
    Term{"totals_by_agent", "objects by role", "The same by who caused them; (scorer): value models."}.named(kCost),
    Term{"seeds", "array", "The arm with each seed."}.of(kSeed),
    Term{"timings", "object", "What differs from run to run."}.of(kArmTimings),
};
inline constexpr Legend kArm{"", "An arm; the costs are means per run", kArmFigureTerms, kCost};

inline constexpr Term kPairTerms[] = {
    {"a", "text", "An arm."},
    {"b", "text", "A later one with the same problems."},
    {"difference", "-1 to 1", "Accuracy of b less that of a."},
    {"ci95", "[LOW, HIGH]",
     "Paired interval of it, over problems: a bootstrap's, or Bonett and Price's where few differ."},
    {"p", "0 to 1", "Exact McNemar test, two-sided."},
    {"better", "count", "Problems on which b did better."},
    {"worse", "count", "Problems on which b did worse."},
};
inline constexpr Legend kPair{"", "Two arms", kPairTerms};

inline constexpr Term kComparedTerms[] = {
    Term{"arms", "array", "In the manifest's order; their costs are means per run."}.of(kArm),
    Term{"pairs", "array", "Every two arms with the same problems."}.of(kPair),
};
inline constexpr Legend kCompared{"summary.json", "summary.json of solve and compare", kComparedTerms, kSummary};

inline constexpr Term kFigureTerms[] = {
    {"states", "count", "How many were looked at. What cannot be told of them is null."},
    {"rmse", "0 to 2", "Root of the mean square of value less mean return; null for values outside [-1, 1]."},
    {"mae", "0 to 2", "Mean distance of the two; null as rmse."},
    {"bias", "-2 to 2", "Mean of value less mean return; null as rmse."},
    {"pearson", "-1 to 1", "Correlation of the two; null without spread."},
    {"r2", "at most 1", "Share of the mean returns' variance that values tell; null as rmse, or without spread."},
    {"auc", "0 to 1", "Chance that a state with a positive mean return has a higher value than one with a negative."},
    {"auc_within", "0 to 1", "The same among states of one depth of one problem, a mean over groups."},
    {"auc_groups", "count", "Groups that have both kinds."},
    {"pair_accuracy", "0 to 1", "Siblings with mean returns 0.1 apart that values order right."},
    {"pairs", "count", "Pairs of siblings so far apart."},
    {"brier", "0 to 1", "Mean square of (V + 1) / 2, read as the chance of success, less success; null as rmse."},
    {"ece", "0 to 1", "Calibration error of (V + 1) / 2 in ten bins; null as rmse."},
    {"saturation", "0 to 1", "Share of values beyond 0.999; null as rmse."},
};
inline constexpr Legend kFigures{"", "How values fit mean returns", kFigureTerms};

inline constexpr Term kBinTerms[] = {
    {"said", "0 to 1", "Mean of (V + 1) / 2."},
    {"found", "0 to 1", "Rate of success."},
    {"states", "count", "In the bin."},
};
inline constexpr Legend kBin{"", "A bin of the reliability diagram", kBinTerms};

inline constexpr Term kDiagnosisTerms[] = {
    Term{"by_depth", "objects by depth", "The same figures after so many messages."}.named(kFigures),
    Term{"by_role", "objects by role", "The same figures after an agent's messages."}.named(kFigures),
    Term{"reliability", "array or null", "Bins with states, the lowest chances first; null as rmse."}.of(kBin),
};
inline constexpr Legend kDiagnosis{"", "All figures of a value model", kDiagnosisTerms, kFigures};

inline constexpr Term kTrainingTerms[] = {
    {"fit", "text", "Its kind: value, rejection_sampling or supervised."},
    {"steps", "count", "Of training."},
    {"tokens", "tokens", "Learned from, counted every time."},
    {"seconds", "seconds", "Of training."},
    {"best_step", "count", "After which the weights were that are kept."},
    {"diverged_step", "count", "At which a loss or figure ceased to be finite; only where one did."},
    {"product", "object", "What was made: kind, and the folder of its checkpoint."},
};
inline constexpr Legend kTraining{"", "Of every fit", kTrainingTerms, kSummary};

inline constexpr Term kTargetTerms[] = {
    {"training_trees", "count", "Search trees learned from."},
    {"held_out_trees", "count", "Search trees held out."},
    {"trajectories", "count", "Learned from."},
    {"labels", "count", "Values learned from."},
    {"pairs", "count", "Preferences learned from."},
    {"left_out_states", "count", "Longer than the model reads."},
};
inline constexpr Legend kTargets{"", "What a value model learned from", kTargetTerms};

// What the best weights were chosen by stands under the name of the figure.
inline constexpr Term kValueFitSummaryTerms[] = {
    {"auc_within", "0 to 1 or null", "What the best weights were chosen by (best_by); null: it could not be told."},
    {"rmse", "0 to 2 or null", "In place of it, with best_by = \"rmse\"."},
    {"pair_accuracy", "0 to 1 or null", "In place of it, with best_by = \"pair_accuracy\"."},
    {"pearson", "-1 to 1 or null", "In place of it, with best_by = \"pearson\"."},
    {"brier", "0 to 1 or null", "In place of it, with best_by = \"brier\"."},
    Term{"targets", "object", "What was learned from."}.of(kTargets),
    Term{"held_out", "object", "How values fit on held-out problems."}.of(kDiagnosis),
};
inline constexpr Legend kValueFit{"summary.json", "summary.json of fit, kind = \"value\"", kValueFitSummaryTerms,
                                  kTraining};

inline constexpr Term kLanguageFitSummaryTerms[] = {
    {"held_out_loss", "nats per token or null", "What the best weights were chosen by; null: it could not be told."},
    {"held_out_loss_by_role", "numbers by role", "The same by who speaks."},
    {"parameters", "count", "Of the model."},
};
inline constexpr Legend kLanguageFit{"summary.json",
                                     "summary.json of fit, kind = \"rejection_sampling\" and \"supervised\"",
                                     kLanguageFitSummaryTerms, kTraining};

inline constexpr Term kJudgedTerms[] = {
    {"trees", "count", "Search trees judged by."},
    {"problems", "count", "Of those."},
    {"hash", "text", "Of those problems: equal ones have equal hashes."},
    {"left_out", "counts by fit", "Problems that a fit learned from and that were left out."},
    {"learned_from", "counts by fit", "In place of it, with other leakage: those that were kept."},
    {"weights_chosen_on", "counts by fit", "Problems by which a fit chose its best weights; they are kept."},
    {"states", "count", "Judged by."},
    {"from", "text", "The stage whose trees these are."},
};
inline constexpr Legend kJudged{"", "What was judged by", kJudgedTerms};

inline constexpr Term kJudgedModelTerms[] = {
    {"name", "text", "Of the value model."},
    {"lowest", "number", "Of its values."},
    {"highest", "number", "Of its values."},
    {"ci95", "intervals by figure",
     "[LOW, HIGH] of rmse, auc_within and ece, by a bootstrap over problems; null where it has no width."},
};
inline constexpr Legend kJudgedModel{"", "A value model", kJudgedModelTerms, kDiagnosis};

inline constexpr Term kFigureDifferenceTerms[] = {
    {"difference", "number", "The figure of b less that of a."},
    {"ci95", "[LOW, HIGH] or null", "Its paired bootstrap interval, over problems; null where it has no width."},
};
inline constexpr Legend kFigureDifference{"", "A difference", kFigureDifferenceTerms};

inline constexpr Term kJudgedPairTerms[] = {
    {"a", "text", "A value model."},
    {"b", "text", "A later one."},
    Term{"rmse", "object or null", "null: one of the two has none."}.of(kFigureDifference),
    Term{"auc_within", "object or null", "null: one of the two has none."}.of(kFigureDifference),
    Term{"ece", "object or null", "null: one of the two has none."}.of(kFigureDifference),
};
inline constexpr Legend kJudgedPair{"", "Two value models", kJudgedPairTerms};

inline constexpr Term kJudgementTerms[] = {
    Term{"judged", "object", "What was judged by."}.of(kJudged),
    Term{"values", "array", "The value models."}.of(kJudgedModel),
    Term{"pairs", "array", "Every two of them."}.of(kJudgedPair),
};
inline constexpr Legend kJudgement{"summary.json", "summary.json of judge", kJudgementTerms, kSummary};

}  // namespace espalier::study
