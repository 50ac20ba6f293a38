package dev.fanfare.ingest;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.http.Problems;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies into memory, within bounds: one body's size, the bytes of all that are being read, and the time that one
 * may take. Thread-safe; what it says of one request, it says on that request's event loop.
 *
 * <pre>
 * head ─▶ content-length over the limit? 413 ─▶ chunks ─▶ over the limit? 413 ─▶ end ─▶ the body
 *                                                 └─▶ all bodies over the buffer? 503
 *                                                 └─▶ too slow? 408, closed
 * </pre>
 */
final class BodyReader {
    private static final byte[] NOTHING = {};

    private final IngestSettings settings;
    private final Room room;
    /** Those that are not at their end yet, also where they were answered. */
    private final Set<Reading> underWay = ConcurrentHashMap.newKeySet();

    BodyReader(IngestSettings settings) {
        this.settings = settings;
        this.room = new Room(settings.buffer().bytes());
    }

    /**
     * Reads a request's body.
     *
     * @param then gets it, on the event loop; what it throws fails the request
     */
    void read(RoutingContext context, Consumer<byte[]> then) {
        HttpServerRequest request = context.request();
        long announced = announced(request);
        if (announced > settings.maxBody().bytes()) {
            throw tooLarge();
        }
        Reading reading = new Reading(context, then);
        underWay.add(reading);
        context.addEndHandler(ended -> reading.release());
        request.exceptionHandler(reading::broken);
        request.handler(reading::chunk);
        request.endHandler(ended -> reading.end());
    }

    /** Turns away those whose body doesn't come; to be called about every second. */
    void turnAwayTheSlow() {
        long nowNanos = System.nanoTime();
        long patienceNanos = settings.bodyTimeout().toNanos();
        underWay.removeIf(reading -> {
            boolean slow = nowNanos - reading.startedNanos > patienceNanos;
            if (slow) {
                reading.loop.runOnContext(turned -> reading.tooSlow());
            }
            return slow;
        });
    }

    /** The 413 for a body. */
    ProblemException tooLarge() {
        return new ProblemException(Problem.of(
                413,
                "too-large",
                "Body too large",
                "the request body is over the limit of " + settings.maxBody() + " (ingest.max-body), unpacked"));
    }

    /** -1 where it isn't said, as with chunks. */
    private static long announced(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1; // the HTTP parser refuses it, or it is beyond all limits: the bytes are counted anyway
        }
    }

    /** One body. Confined to its event loop. */
    private final class Reading {
        final long startedNanos = System.nanoTime();
        final Context loop;
        private final RoutingContext context;
        private final Consumer<byte[]> then;
        private @Nullable Buffer body;
        private long held;
        private boolean refused;
        /** Nothing more of it comes: it can't be too slow any more. */
        private boolean over;

        Reading(RoutingContext context, Consumer<byte[]> then) {
            this.context = context;
            this.then = then;
            this.loop = context.vertx().getOrCreateContext();
        }

        void chunk(Buffer chunk) {
            if (refused) {
                return;
            }
            if (held + chunk.length() > settings.maxBody().bytes()) {
                refuse(tooLarge());
            } else if (!room.take(chunk.length())) {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, IngestHandler.RETRY_AFTER_SECONDS);
                refuse(new ProblemException(Problem.of(
                        503,
                        "not-accepted",
                        "Event not accepted",
                        "more bodies are being read than ingest.buffer holds: send it again later")));
            } else {
                held += chunk.length();
                body = body == null ? chunk : body.appendBuffer(chunk);
            }
        }

        void end() {
            underWay.remove(this);
            over = true;
            if (refused) {
                return;
            }
            refused = true;
            Buffer whole = body;
            body = null;
            try {
                then.accept(whole == null ? NOTHING : whole.getBytes());
            } catch (RuntimeException e) {
                context.fail(e);
            }
        }

        void broken(Throwable failure) {
            underWay.remove(this);
            over = true;
            if (refused) {
                release();
            } else {
                refuse(failure);
            }
        }

        /** Its end may have come since somebody saw that it is late. */
        void tooSlow() {
            if (over) {
                return;
            }
            if (!refused) {
                refused = true;
                context.response().putHeader(HttpHeaders.CONNECTION, "close");
                context.response().exceptionHandler(gone -> {});
                Problems.answer(
                        context,
                        Problem.of(
                                408,
                                "too-slow",
                                "Body too slow",
                                "the body did not come within ingest.body-timeout: send it again"));
            }
            if (context.request().version() == HttpVersion.HTTP_2) {
                context.response().reset();
            } else {
                context.request().connection().close();
            }
        }

        private void refuse(Throwable why) {
            refused = true;
            release();
            context.fail(why);
        }

        void release() {
            room.giveBack(held);
            held = 0;
            body = null;
        }
    }
}
