package dev.fanfare.torture;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.Exchange;
import dev.fanfare.testkit.FaultyReceiver;
import dev.fanfare.testkit.ReceivedRequest;
import dev.fanfare.testkit.SignatureCheck;
import dev.fanfare.testkit.TcpRelay;
import dev.fanfare.testkit.conservation.ArrivalLog;
import dev.fanfare.testkit.conservation.WebhookArrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The subscribers' side: one receiver, a cable to it for each endpoint, and a record of everything that came. Thread-safe. */
final class Endpoints implements AutoCloseable {
    static final String TENANT = "default";

    /** A role's clock may be wrong. A real receiver refuses such a timestamp; here it is the signature that counts. */
    private static final Duration TOLERANCE = Faults.MOST_SKEW.plusMinutes(5);

    /** One endpoint; which subscription it is of, is in its name. */
    static final class Endpoint {
        private final String name;
        private final TcpRelay relay;
        private volatile EndpointMode mode = EndpointMode.WELL;

        private Endpoint(String name, TcpRelay relay) {
            this.name = name;
            this.relay = relay;
        }

        String name() {
            return name;
        }

        TcpRelay relay() {
            return relay;
        }

        String url() {
            return "http://127.0.0.1:" + relay.port() + "/" + name;
        }

        void become(EndpointMode next) {
            mode = next;
        }
    }

    private final ArrivalLog log;
    private final FaultyReceiver receiver;
    private final List<Endpoint> all = new ArrayList<>();
    private final Map<String, Endpoint> byPath = new ConcurrentHashMap<>();
    /** Of each, one check for each subscription that it had, the latest last. */
    private final Map<String, List<SignatureCheck>> checks = new ConcurrentHashMap<>();

    private final Timeline timeline = new Timeline();

    Endpoints(Path arrivals, int count) {
        try {
            log = ArrivalLog.create(arrivals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        receiver = FaultyReceiver.keptBy(this::keep);
        receiver.otherwise(this::answer);
        for (int i = 0; i < count; i++) {
            Endpoint endpoint = new Endpoint("s" + i, TcpRelay.to(receiver.port()));
            all.add(endpoint);
            byPath.put("/" + endpoint.name(), endpoint);
        }
    }

    /** What signatures of this endpoint's subscription are checked with. */
    void secret(Endpoint endpoint, String secret) {
        checks.computeIfAbsent("/" + endpoint.name(), path -> new CopyOnWriteArrayList<>())
                .add(new SignatureCheck(secret, TOLERANCE));
    }

    private Answer answer(ReceivedRequest request) {
        Endpoint endpoint = byPath.get(request.path());
        return endpoint == null ? Answer.status(404) : endpoint.mode.answer();
    }

    private void keep(Exchange exchange) {
        String path = exchange.request().path();
        List<SignatureCheck> all = checks.get(path);
        if (all == null) {
            throw new IllegalStateException("a request to " + path + " before there was a subscription");
        }
        // what is under way when a subscription is made anew is signed with the secret of the one before
        SignatureCheck check = all.stream()
                .filter(each -> each.complaintAbout(exchange.request()).isEmpty())
                .findFirst()
                .orElse(all.get(0));
        WebhookArrival arrival = WebhookArrival.of(exchange, Delivery.key(TENANT, path.substring(1)), check);
        log.add(arrival);
        if (arrival.accepted()) {
            timeline.count(arrival.atMillis());
        }
    }

    List<Endpoint> all() {
        return List.copyOf(all);
    }

    /** How many requests came so far. */
    long arrivals() {
        return log.size();
    }

    Timeline timeline() {
        return timeline;
    }

    /** All are well again and can be reached. */
    void heal() {
        all.forEach(endpoint -> {
            endpoint.become(EndpointMode.WELL);
            endpoint.relay().heal();
        });
    }

    void flush() {
        log.flush();
    }

    @Override
    public void close() {
        all.forEach(endpoint -> endpoint.relay().close());
        receiver.close();
        log.close();
    }
}
