package dev.fanfare.contract.problem;

/** Ends a request with a problem document. Made without a stack trace: it is an answer, not a fault of ours. */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail() == null ? problem.title() : problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** What to answer. */
    public Problem problem() {
        return problem;
    }
}
