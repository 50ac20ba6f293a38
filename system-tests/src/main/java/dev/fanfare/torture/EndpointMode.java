package dev.fanfare.torture;

import dev.fanfare.testkit.Answer;
import java.time.Duration;

/** What an endpoint does with requests. */
enum EndpointMode {
    WELL,
    SLOW,
    FAILING,
    ASKING_FOR_TIME,
    REJECTING,
    HANGING,
    TRICKLING,
    RESETTING,
    CLOSING,
    HUGE,
    REDIRECTING;

    Answer answer() {
        return switch (this) {
            case WELL -> Answer.status(204);
            case SLOW -> Answer.status(200).after(Duration.ofMillis(400));
            case FAILING -> Answer.status(500).body("not now");
            case ASKING_FOR_TIME -> Answer.status(429).header("Retry-After", "2");
            case REJECTING -> Answer.status(422);
            case HANGING -> Answer.hang();
            case TRICKLING -> Answer.trickle(Answer.status(200).body("bit by bit"), Duration.ofMillis(300));
            case RESETTING -> Answer.reset();
            case CLOSING -> Answer.close();
            case HUGE -> Answer.huge(8L << 20);
            // to where clouds keep credentials: nobody may follow
            case REDIRECTING -> Answer.redirect("http://169.254.169.254/latest/meta-data/");
        };
    }
}
