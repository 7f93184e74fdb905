"""What articles say of how a number was computed: when counts and times alone do not give it."""

import pytest
from sketch import Sketch

from numbercheck.ledger.adjusted import is_adjusted


def is_set_aside(kind, label):
    """Whether a measure is, of a kind or of a comparison that prints such an effect."""
    s = Sketch()
    effects = ("hazard_ratio", "odds_ratio", "difference")
    s.measure("m", "comparison" if kind in effects else kind, label=label)
    if kind in effects:
        s.print("m", kind, "0.5")
    return is_adjusted(s.ledger.measures["m"], s.ledger)


SHARES = ("count", "survival")
EFFECTS = ("hazard_ratio", "odds_ratio", "difference")
ALL = (*SHARES, "quantity", *EFFECTS)


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        (ALL, "Response, no adjustment for multiplicity"),
        (ALL, "Response without adjustment"),
        (ALL, "Not adjusted for multiple comparisons"),
        (ALL, "Non-adjusted"),
        (ALL, "No multivariable adjustment"),
        (ALL, "Without covariate adjustment"),
        (ALL, "Neither adjusted nor stratified"),
        (ALL, "Not weighted"),
        (ALL, "Unweighted"),
        (ALL, "Non-stratified log-rank test"),
        (ALL, "Unstratified log-rank test"),
        (ALL, "Observed cases, no imputation"),
        (ALL, "ACR20 response, nonresponder imputation"),
        (EFFECTS, "Unadjusted logistic regression"),
        (EFFECTS, "Univariable analysis by a linear regression model"),
        (("hazard_ratio",), "Unadjusted Cox model"),
        (("hazard_ratio",), "Hazard ratio from a Cox proportional-hazards model, log-rank P"),
        (("hazard_ratio",), "Log-rank (Mantel–Cox) test"),
        (("hazard_ratio",), "Overall survival, median 15 v 12 months"),
        (("hazard_ratio",), "Progression, median follow-up of 3 years"),
        (("hazard_ratio",), "Interim analysis with an O'Brien–Fleming boundary"),
        (ALL, "Lesion on T2-weighted images"),
        (ALL, "Diffusion-weighted imaging"),
        (ALL, "Model for End-Stage Liver Disease score"),
        (ALL, "Homeostatic model assessment of insulin resistance"),
        (ALL, "Tumor regression grade 1"),
        (ALL, "Regression of fibrosis"),
        (ALL, "Mixed cellularity"),
        (ALL, "Mixed germ-cell tumor"),
        (ALL, "Randomization stratified by center"),
        (ALL, "Randomisation was stratified by age"),
        (ALL, "Stratified randomisation"),
        (ALL, "Stratified block randomization"),
        (ALL, "Dose-adjusted EPOCH-R"),
        (ALL, "Adjusted-dose warfarin"),
        (ALL, "Adverse event leading to dose adjustment"),
        (ALL, "Age-adjusted IPI 2–3"),
        (ALL, "Age-adjusted international prognostic index"),
        (ALL, "Risk-stratified therapy"),
        (ALL, "Risk-adjusted chemotherapy"),
        (ALL, "Adjustment disorder"),
        (ALL, "Quality-adjusted life-years"),
        (SHARES, "Overall survival, stratified by arm"),
        (SHARES, "Median follow-up of 3 years"),
        (("quantity",), "Age, mean (SD) and median (range)"),
        (("quantity",), "Relative change in LDL cholesterol, %"),
    ],
)
def test_what_is_said_of_something_else_sets_no_number_aside(kinds, label):
    """Said of patients, drugs, images or scores, or denied of the number itself."""
    assert not [kind for kind in kinds if is_set_aside(kind, label)]


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        (ALL, "Adjusted"),
        (ALL, "Age-adjusted"),
        (ALL, "Estimates after adjusting for baseline"),
        (ALL, "Unadjusted and adjusted"),
        (ALL, "Not only adjusted for age"),
        (ALL, "Risk-adjusted mortality rate"),
        (ALL, "Age-standardized"),
        (ALL, "Weighted by propensity"),
        (ALL, "Not stratified; weighted by inverse probability"),
        (ALL, "IPTW"),
        (ALL, "Multiple imputation"),
        (ALL, "Missing values were imputed"),
        (ALL, "Nonresponder imputation, and multiple imputation of values missing at random"),
        (ALL, "Modified nonresponder imputation"),
        (ALL, "Bootstrap limits"),
        (ALL, "Bayesian posterior mean"),
        (ALL, "95% credible interval"),
        (ALL, "Estimated by a GEE"),
        (ALL, "Model-based estimate"),
        (ALL, "From a mixed model for repeated measures"),
        (("count", "quantity", "odds_ratio", "difference"), "From a Cox model"),
        (("survival",), "Survival from an unadjusted Cox model"),
        (("survival",), "Actuarial survival"),
        (("survival",), "Survival by a life table"),
        (("survival",), "Nelson–Aalen estimate"),
        (("count",), "Probability by an unadjusted logistic regression model"),
        (("quantity", *EFFECTS), "Stratified by center"),
        (("quantity", *EFFECTS), "Stratified for the factors of the randomization"),
        (("quantity", *EFFECTS), "All randomized, stratified log-rank test"),
        (("quantity", *EFFECTS), "Stratified analysis by randomization factors"),
        (("quantity", *EFFECTS), "Stratification by center"),
        (("quantity", *EFFECTS), "Not adjusted but stratified"),
        (("quantity", *EFFECTS), "Multivariable analysis"),
        (("quantity", *EFFECTS), "With baseline as a covariate"),
        (("quantity", *EFFECTS), "Analysis of covariance"),
        (("quantity", *EFFECTS), "ANCOVA"),
        (("quantity", *EFFECTS), "MMRM"),
        (("quantity", *EFFECTS), "Least-squares mean"),
        (("quantity", *EFFECTS), "LS mean"),
        (("quantity", *EFFECTS), "Linear mixed effects"),
        (("quantity", *EFFECTS), "Logistic regression"),
        (("quantity", *EFFECTS), "Unadjusted negative binomial regression"),
        (("quantity", *EFFECTS), "Geometric mean"),
        (EFFECTS, "Cochran–Mantel–Haenszel"),
        (EFFECTS, "CMH test"),
        (EFFECTS, "Propensity-score matching"),
        (EFFECTS, "Hodges–Lehmann"),
        (EFFECTS, "Firth's penalized likelihood"),
        (EFFECTS, "Wilcoxon test"),
        (EFFECTS, "Gehan's test"),
        (EFFECTS, "Peto's method"),
        (EFFECTS, "Tarone–Ware test"),
        (EFFECTS, "Fleming–Harrington test"),
        (EFFECTS, "Fine–Gray subdistribution"),
        (("hazard_ratio",), "Stratified Cox model"),
        (("hazard_ratio",), "Multivariable Cox model"),
        (("hazard_ratio",), "Cox model with age and sex"),
        (("hazard_ratio",), "Risk-stratified Cox model"),
        (("hazard_ratio",), "Dose-adjusted hazard ratio"),
        (("hazard_ratio",), "Univariable and multivariable Cox regression"),
        (("hazard_ratio",), "Weibull model"),
        (("difference",), "Relative reduction"),
        (("difference",), "Standardized mean difference"),
    ],
)
def test_a_number_that_is_said_to_be_computed_otherwise_is_set_aside(kinds, label):
    """The words of trial articles for adjusted, stratified, weighted and modeled numbers."""
    assert not [kind for kind in kinds if not is_set_aside(kind, label)]
