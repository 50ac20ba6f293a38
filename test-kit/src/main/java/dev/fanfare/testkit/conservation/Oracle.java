package dev.fanfare.testkit.conservation;

import java.util.Map;

/**
 * Judges a run by what the topics hold and what the receivers saw: is every delivery that had to be made delivered,
 * waiting, parked, dead, discarded or cancelled; did anything come that nobody asked for, early, unsigned, under another id
 * or with another body; and why did what came twice come twice.
 *
 * <pre>{@code
 * Judgement judgement = new Oracle("default").judge(evidence);
 * judgement.assertKept();                            // names who was lost, and where it was seen last
 * }</pre>
 *
 * <p>Half a million deliveries take some fifty megabytes: a delivery is a row of counters, found by the hash of its id. The
 * few that something is wrong with are looked up in a second hearing of the same evidence.
 *
 * <p>It believes nobody: which events match is said again in {@link Subscriber}, ids are computed from what they are made
 * of, and what the attempts topic says was delivered must have been accepted by its receiver. {@code waiting} is what
 * stands behind a reader's contiguous offset; what a dispatcher has completed beyond it counts as waiting too, so judge
 * when all is quiet.
 */
public final class Oracle {
    private final String defaultTenant;
    private final Excuses excuses;

    /** One that doesn't judge when repeats came. */
    public Oracle(String defaultTenant) {
        this(defaultTenant, Excuses.ANY);
    }

    /**
     * One that wants a reason for each repeat.
     *
     * @param excuses what was broken when, by the clock of receivers and brokers
     */
    public Oracle(String defaultTenant, Excuses excuses) {
        this.defaultTenant = defaultTenant;
        this.excuses = excuses;
    }

    /** Hears the evidence, once or twice. */
    public Judgement judge(Evidence evidence) {
        Findings findings = new Findings();
        Accounts accounts = new Accounts(defaultTenant, evidence.subscribers(), excuses, findings);
        evidence.tell(accounts);
        Accounts.Closed closed = accounts.close();
        Map<Long, Fault> suspects = findings.suspects();
        if (!suspects.isEmpty()) {
            Stories stories = new Stories(defaultTenant, evidence.subscribers(), suspects.keySet());
            evidence.tell(stories);
            suspects.forEach((hash, fault) -> findings.told(fault, stories.of(hash)));
        }
        return new Judgement(
                closed.total(),
                closed.perSubscription(),
                closed.repeats(),
                Map.copyOf(findings.counts()),
                findings.kept(),
                closed.bytes());
    }
}
