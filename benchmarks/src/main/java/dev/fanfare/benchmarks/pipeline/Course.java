package dev.fanfare.benchmarks.pipeline;

import dev.fanfare.benchmarks.pipeline.Scenario.Trouble;

/**
 * What endpoints do in a run, and which of them count.
 *
 * @param run         the number that its events carry
 * @param delayMillis before an endpoint answers
 */
record Course(int run, int delayMillis, Trouble trouble) {
    /** Before anything is measured. */
    static final Course IDLE = new Course(0, 0, Trouble.NONE);

    /** One endpoint of so many is not well. */
    static final int SICK_ONE_OF = 10;

    /** How an endpoint answers. */
    enum Reply {
        NO_CONTENT,
        ERROR,
        NEVER
    }

    static boolean isSick(int endpoint) {
        return endpoint % SICK_ONE_OF == SICK_ONE_OF - 1;
    }

    /** Whether what arrives there counts. */
    boolean counts(int endpoint) {
        return trouble == Trouble.NONE || !isSick(endpoint);
    }

    Reply reply(int endpoint) {
        if (counts(endpoint)) {
            return Reply.NO_CONTENT;
        }
        return switch (trouble) {
            case NONE -> Reply.NO_CONTENT;
            case FAILING -> Reply.ERROR;
            case HANGING -> Reply.NEVER;
            case MIXED -> endpoint / SICK_ONE_OF % 2 == 0 ? Reply.NEVER : Reply.ERROR;
        };
    }

    int delayMillis(int endpoint) {
        if (trouble != Trouble.MIXED) {
            return delayMillis;
        }
        int kind = endpoint % SICK_ONE_OF;
        return kind < 2 ? 100 : kind < 5 ? 20 : 0;
    }
}
