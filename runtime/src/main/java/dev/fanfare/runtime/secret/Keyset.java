package dev.fanfare.runtime.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.signing.SecretSeal;
import dev.fanfare.runtime.config.InvalidSettings;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The installation's keyset. One in clear is open at once; one that is encrypted is opened by its KMS, which is asked once:
 * afterwards the keyset is in memory, and a KMS that goes away harms nobody until the next start.
 *
 * <pre>
 * of(settings) ─▶ seal() may be handed on ─▶ awaitOpen() ─▶ seal() works
 * </pre>
 *
 * Safe from any thread; {@link #awaitOpen} is for the one that starts the process.
 */
public final class Keyset {
    private static final Logger LOG = LoggerFactory.getLogger(Keyset.class);
    private static final Duration FIRST_REST = Duration.ofSeconds(1);
    private static final Duration LONGEST_REST = Duration.ofSeconds(15);
    private static final Duration SAID_EVERY = Duration.ofSeconds(30);

    private final KeysetText text;
    private final @Nullable KmsKey key;
    private final LongSupplier nanoClock;
    private final Consumer<Duration> rest;
    private volatile @Nullable Opened opened;

    private record Opened(Aead aead, SealingKeys keys) {}

    Keyset(SecretSettings settings, LongSupplier nanoClock, Consumer<Duration> rest) {
        Optional<KmsKey> named = KmsKey.of(settings);
        this.text = KeysetText.of(settings);
        this.key = named.orElse(null);
        this.nanoClock = nanoClock;
        this.rest = rest;
        text.requireEncrypted(named.isPresent());
        if (key == null) {
            take(text.inClear());
        }
    }

    private void take(KeysetHandle keyset) {
        opened = new Opened(aead(keyset, text.where()), new SealingKeys(keyset));
    }

    /**
     * The one of the settings.
     *
     * @throws InvalidSettings where they name none, or one that can't be read, or a KMS of which nothing is known
     */
    public static Keyset of(SecretSettings settings) {
        return new Keyset(settings, System::nanoTime, rest -> LockSupport.parkNanos(rest.toNanos()));
    }

    /** One that is in clear. */
    static SecretSeal open(KeysetText text) {
        text.requireEncrypted(false);
        return new SecretSeal(aead(text.inClear(), text.where()));
    }

    /** Seals and opens secrets with it; until it is open itself that is a problem of 503. */
    public SecretSeal seal() {
        return new SecretSeal(new Aead() {
            @Override
            public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
                return ready().encrypt(plaintext, associatedData);
            }

            @Override
            public byte[] decrypt(byte[] ciphertext, byte[] associatedData) throws GeneralSecurityException {
                return ready().decrypt(ciphertext, associatedData);
            }
        });
    }

    /** Whether secrets can be sealed and opened. */
    public boolean isOpen() {
        return opened != null;
    }

    /**
     * Tells which of its keys sealed something.
     *
     * @throws IllegalStateException until it is open
     */
    public SealingKeys keys() {
        Opened known = opened;
        if (known == null) {
            throw new IllegalStateException("the keyset is not open yet");
        }
        return known.keys();
    }

    private Aead ready() {
        Opened known = opened;
        if (known == null) {
            throw new ProblemException(Problem.of(
                    503,
                    "unavailable",
                    "Temporarily unavailable",
                    "the keyset is not open yet, the KMS has not answered: try again"));
        }
        return known.aead();
    }

    /**
     * Returns when it is open. Waits for a KMS that is away for as long as it takes, and says so in the log; an interrupt
     * ends the wait.
     *
     * @throws InvalidSettings where the KMS answers and will not decrypt it: that is no matter of time
     */
    public void awaitOpen() {
        KmsKey asked = key;
        if (asked == null || opened != null) {
            return;
        }
        long began = nanoClock.getAsLong();
        Duration sayAfter = Duration.ZERO;
        Duration pause = FIRST_REST;
        while (true) {
            try {
                take(text.openedBy(asked));
                break;
            } catch (KmsAway e) {
                Duration waited = Duration.ofNanos(nanoClock.getAsLong() - began);
                if (waited.compareTo(sayAfter) >= 0) {
                    LOG.warn(
                            "waiting for the KMS of the keyset waited={} setting=secrets.kms-key-uri uri={} because={}",
                            inSeconds(waited),
                            asked.uri(),
                            e.getMessage());
                    sayAfter = waited.plus(SAID_EVERY);
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new IllegalStateException("interrupted while waiting for the KMS: " + e.getMessage(), e);
                }
                rest.accept(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_REST) < 0 ? pause.multipliedBy(2) : LONGEST_REST;
            }
        }
        Duration waited = Duration.ofNanos(nanoClock.getAsLong() - began);
        LOG.info("keyset opened by its KMS uri={} waited={}", asked.uri(), inSeconds(waited));
    }

    private static String inSeconds(Duration waited) {
        return DurationText.format(Duration.ofSeconds(waited.toSeconds()));
    }

    private static Aead aead(KeysetHandle keyset, String where) {
        try {
            return keyset.getPrimitive(RegistryConfiguration.get(), Aead.class);
        } catch (GeneralSecurityException e) {
            throw KeysetText.notAKeyset(where);
        }
    }
}
