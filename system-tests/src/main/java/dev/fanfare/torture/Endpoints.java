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
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        private final String host;
        private volatile TcpRelay relay;
        private volatile EndpointMode mode = EndpointMode.WELL;

        private Endpoint(String name, String host, TcpRelay relay) {
            this.name = name;
            this.host = host;
            this.relay = relay;
        }

        String name() {
            return name;
        }

        TcpRelay relay() {
            return relay;
        }

        String url() {
            return "http://" + host + ":" + relay.port() + "/" + name;
        }

        void become(EndpointMode next) {
            mode = next;
        }
    }

    private final Optional<Hosts> hosts;
    private final ArrivalLog log;
    private final FaultyReceiver receiver;
    private final List<Endpoint> all = new ArrayList<>();
    private final Map<String, Endpoint> byPath = new ConcurrentHashMap<>();
    /** Of each, one check for each subscription that it had, the latest last. */
    private final Map<String, List<SignatureCheck>> checks = new ConcurrentHashMap<>();

    private final Timeline timeline = new Timeline();

    /**
     * All are well.
     *
     * @param hosts where names are; without that endpoints have none
     */
    Endpoints(Path arrivals, int count, Optional<Hosts> hosts) {
        this.hosts = hosts;
        try {
            log = ArrivalLog.create(arrivals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        receiver = FaultyReceiver.keptBy(this::keep);
        receiver.otherwise(this::answer);
        for (int i = 0; i < count; i++) {
            TcpRelay relay = TcpRelay.to(receiver.port());
            Endpoint endpoint =
                    new Endpoint("s" + i, hosts.isPresent() ? "s" + i + ".endpoints.test" : "127.0.0.1", relay);
            hosts.ifPresent(names -> names.put(endpoint.host, relay.address()));
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

    /** Its name leads to another address from now on, and at the one before nobody answers; says to which. */
    String move(Endpoint endpoint) {
        TcpRelay before = endpoint.relay;
        try {
            // the whole of 127.0.0.0/8 is this machine, on Linux
            byte last = (byte) (before.address().getAddress()[3] % 2 + 1);
            InetAddress next = InetAddress.getByAddress(new byte[] {127, 0, 0, last});
            endpoint.relay = before.at(next);
            hosts.orElseThrow().put(endpoint.host, next);
            before.close();
            return "to " + next.getHostAddress();
        } catch (UnknownHostException | UncheckedIOException e) {
            return "nowhere: " + e.getMessage();
        }
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
