package dev.fanfare.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.contract.signing.SecretSeal.Purpose;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plain data as text, sealed with the installation's keyset: every instance can read it, nobody else can read, make or
 * change it, and none of us keeps it. Safe from any thread.
 */
public final class SealedData<T> {
    private static final Logger LOG = LoggerFactory.getLogger(SealedData.class);

    private final SecretSeal seal;
    private final Purpose purpose;
    private final String sealedAs;
    private final Class<T> type;

    /**
     * Of one kind.
     *
     * @param sealedAs tells it from other kinds of the same purpose
     */
    public SealedData(SecretSeal seal, Purpose purpose, String sealedAs, Class<T> type) {
        this.seal = seal;
        this.purpose = purpose;
        this.sealedAs = sealedAs;
        this.type = type;
    }

    /** Of characters that URLs and cookies take as they are. */
    public String write(T data) {
        try {
            return seal.seal(Json.TOPIC.writeValueAsString(data), purpose, sealedAs, 0)
                    .sealed()
                    .replace('+', '-')
                    .replace('/', '_')
                    .replace("=", "");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("it is plain data", e);
        }
    }

    /** What was sealed; null where it isn't one of ours. Whether it still holds is for the caller to say. */
    public @Nullable T read(String text) {
        try {
            SealedSecret sealed = new SealedSecret(text.replace('-', '+').replace('_', '/'), 0);
            return Json.fromTopic(seal.open(sealed, purpose, sealedAs).getBytes(UTF_8), type, sealedAs);
        } catch (GeneralSecurityException | UndecodableRecord e) {
            LOG.debug("not one of ours kind={} cause={}", sealedAs, e.toString());
            return null;
        }
    }
}
