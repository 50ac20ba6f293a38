package dev.fanfare.runtime.lifecycle;

import io.vertx.ext.web.Router;
import org.jspecify.annotations.Nullable;

/**
 * One of the jobs that make up the pipeline (ingest, router, dispatcher, retry, control). A process runs one or
 * several; they never call each other, they meet in topics.
 *
 * <pre>
 * new ──▶ mount ──▶ start ──▶ readiness … ──▶ close
 * </pre>
 */
public interface Role extends AutoCloseable {
    /** As in the command: {@code ingest}, {@code router}, … */
    String name();

    /** Adds the role's HTTP routes, if it has any. Called once, before {@link #start}. */
    default void mount(Router routes) {}

    /** Whether {@link #start} copes with a Kafka that is away; the others are started when it has answered. */
    default boolean startsWithoutKafka() {
        return false;
    }

    /**
     * Starts the work and returns; readiness may come later. Throws where it can never start (bad settings, missing
     * topics); the message names the culprit and the way out.
     */
    void start();

    /** Whether it does its work now. Cheap, and safe from any thread. */
    Readiness readiness();

    /**
     * What has gone wrong in such a way that only a restart of the process helps, in words; null where nothing has. Never
     * that Kafka, or anything else outside, is away: that a restart doesn't mend. Cheap, and safe from any thread.
     */
    default @Nullable String fault() {
        return null;
    }

    /** Stops taking work, finishes what is under way within its drain time-out, commits, leaves. Safe to call twice. */
    @Override
    void close();
}
