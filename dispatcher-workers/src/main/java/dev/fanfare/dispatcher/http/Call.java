package dev.fanfare.dispatcher.http;

import dev.fanfare.dispatcher.outcome.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One request and what becomes of it. Confined to the reactor's thread, but for {@link #abandon()}.
 *
 * <pre>
 * connecting ─▶ on a connection ─▶ answered | failed
 *     └───────────────┴── abandoned ─▶ nothing more is told
 * </pre>
 */
public final class Call {
    private final Reactor reactor;
    private final Way way;
    private final Request request;
    private final AnswerLimits limits;
    private final Reply reply;
    private boolean over;
    private @Nullable Carrier carrier;

    /** What a call depends on at present. */
    interface Carrier {
        /** Nobody waits for the call any more. */
        void drop(Call call);
    }

    Call(Reactor reactor, Way way, Request request, AnswerLimits limits, Reply reply) {
        this.reactor = reactor;
        this.way = way;
        this.request = request;
        this.limits = limits;
        this.reply = reply;
    }

    /** Nobody waits for an answer any more: nothing more of it goes out, and what hangs is closed. Any thread. */
    public void abandon() {
        reactor.run(() -> {
            if (!over) {
                over = true;
                if (carrier != null) {
                    carrier.drop(this);
                }
            }
        });
    }

    Way way() {
        return way;
    }

    Request request() {
        return request;
    }

    AnswerReader reader(int status, @Nullable String retryAfter) {
        return new AnswerReader(status, retryAfter, limits);
    }

    boolean isOver() {
        return over;
    }

    void on(Carrier present) {
        carrier = present;
    }

    void answered(Answer.Response response) {
        if (end()) {
            reply.answered(response);
        }
    }

    void refusedByProxy(int status) {
        if (end()) {
            reply.refusedByProxy(status);
        }
    }

    void failed(Failure failure) {
        if (end()) {
            reply.failed(failure);
        }
    }

    private boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }
}
