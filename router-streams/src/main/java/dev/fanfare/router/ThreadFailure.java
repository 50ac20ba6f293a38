package dev.fanfare.router;

import dev.fanfare.contract.topic.TopicLayout;
import dev.fanfare.contract.topic.Topics;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TopologyException;

/**
 * Why a stream thread ended, and what an operator can do. Only what may pass by itself gets a new thread; for anything
 * else the router stops, keeps its place in the events, and says so, rather than fail again and again.
 */
enum ThreadFailure {
    /** The broker was away or busy for longer than Streams waits by itself. */
    PASSING("a new thread takes over"),
    NOT_ALLOWED("allow this principal to read " + Topics.EVENTS + ", " + Topics.SUBSCRIPTIONS + " and " + Topics.CATALOG
            + ", to read and write " + Topics.FANOUT + " and " + Topics.SEEN_CHANGELOG + ", to write "
            + Topics.DELIVERIES + " and "
            + Topics.DEAD_LETTERS + ", and to use the groups " + RouterStreams.APPLICATION_ID + " and "
            + RouterStreams.FANOUT_ID),
    /** Events have grown before the topics that must have as many partitions: somebody is still at it. */
    TOPICS_DIFFER("a new thread takes over; give " + Topics.FANOUT + " and " + Topics.SEEN_CHANGELOG
            + " as many partitions as " + Topics.EVENTS + " has"),
    TOPIC_MISSING("run 'fanfare topics create'"),
    RECORD_TOO_LARGE("raise max.message.bytes of " + Topics.DELIVERIES + " and " + Topics.DEAD_LETTERS + " to "
            + TopicLayout.MAX_RECORD_BYTES),
    STORE_UNUSABLE(
            "look after the disk under router.state-dir; what is in it can be deleted while the router is stopped"),
    BROKER_TOO_OLD("set router.group-protocol to classic, or use brokers of 4.2 or newer"),
    FAULT("this is a fault of the router: report it, with what stands here");

    private final String advice;

    ThreadFailure(String advice) {
        this.advice = advice;
    }

    /** What the operator can do. */
    String advice() {
        return advice;
    }

    /** Whether it may pass by itself. */
    boolean passes() {
        return this == PASSING || this == TOPICS_DIFFER;
    }

    /** Looks through the causes, for what ends a thread comes wrapped; the innermost that has a name decides. */
    static ThreadFailure of(Throwable thrown) {
        ThreadFailure found = FAULT;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            ThreadFailure named = named(cause);
            if (named != FAULT) {
                found = named;
            }
        }
        return found;
    }

    private static ThreadFailure named(Throwable cause) {
        if (cause instanceof RetriableException) {
            return PASSING;
        }
        if (cause instanceof AuthorizationException || cause instanceof AuthenticationException) {
            return NOT_ALLOWED;
        }
        if (cause instanceof MissingSourceTopicException) {
            return TOPIC_MISSING;
        }
        if (cause instanceof TopologyException) {
            return TOPICS_DIFFER; // that of the router is fixed: what may be invalid is how the topics fit it
        }
        if (cause instanceof ProcessorStateException) {
            return STORE_UNUSABLE;
        }
        if (cause instanceof RecordTooLargeException) {
            return RECORD_TOO_LARGE;
        }
        return cause instanceof UnsupportedVersionException ? BROKER_TOO_OLD : FAULT;
    }
}
