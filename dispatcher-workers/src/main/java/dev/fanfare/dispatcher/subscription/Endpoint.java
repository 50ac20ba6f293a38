package dev.fanfare.dispatcher.subscription;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.signing.WebhookSigner;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.Format;
import dev.fanfare.dispatcher.lane.LaneRules;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One state of a subscription, made ready for sending. Immutable.
 *
 * @param version  the offset of that state on the subscriptions topic
 * @param scheme   lower case
 * @param host     name or address; an IPv6 address without brackets; empty where the URL has none
 * @param port     the scheme's own where the URL has none
 * @param target   path and query as they go into the request line
 * @param headers  the subscription's own that may be sent
 * @param timeout  for the whole exchange
 * @param lane     how many may be under way, and begin
 * @param schedule delays between attempts
 */
public record Endpoint(
        long version,
        String scheme,
        String host,
        int port,
        boolean standardPort,
        String target,
        List<Map.Entry<String, String>> headers,
        Credential credential,
        Format format,
        Duration timeout,
        LaneRules lane,
        List<Duration> schedule,
        WebhookSigner signer) {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

    static Endpoint of(Subscription subscription, long version, WebhookSigner signer, Credential credential) {
        URI url = subscription.url();
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        int port = portOf(url, scheme);
        return new Endpoint(
                version,
                scheme,
                hostOf(url),
                port,
                port == standardPort(scheme),
                targetOf(url),
                headersOf(subscription),
                credential,
                subscription.format(),
                DurationText.parse(subscription.timeout()),
                new LaneRules(
                        Math.max(1, subscription.maxInFlight()),
                        subscription.rateLimit() == null
                                ? 0
                                : subscription.rateLimit().perSecond()),
                subscription.retry().delays(),
                signer);
    }

    static int portOf(URI url, String scheme) {
        return url.getPort() < 0 ? standardPort(scheme) : url.getPort();
    }

    /** The port that a URL of the scheme means where it names none. */
    public static int standardPort(String scheme) {
        return scheme.equals("http") ? 80 : 443;
    }

    static String targetOf(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    static String hostOf(URI url) {
        String host = url.getHost();
        if (host == null) {
            return "";
        }
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static List<Map.Entry<String, String>> headersOf(Subscription subscription) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        subscription.headers().forEach((name, value) -> {
            if (HeaderRules.mayBeCustom(name) && HeaderRules.isFieldValue(value)) {
                headers.add(Map.entry(name, value));
            } else {
                LOG.warn(
                        "custom header is not sent: the name is reserved or no name, or the value has characters that"
                                + " headers can't carry subscription={} header={}",
                        subscription.key(),
                        HeaderRules.isToken(name) ? name : "(unprintable)");
            }
        });
        return List.copyOf(headers);
    }
}
