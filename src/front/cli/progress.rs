//! How far long work is, as a bar on a terminal's standard error: only once it has taken half
//! a second, and gone again when it ends, so that nothing of it is left between the lines that
//! are meant to stay.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ops::{Watched, Watcher};

/// What takes less than this is not worth a flicker.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a bar is drawn in a second.
const DRAWS: u8 = 10;

const COUNTED: &str = "{msg} [{bar:30}] {human_pos}/{human_len}";
const UNCOUNTED: &str = "{msg} {human_pos}";

/// Shows bars on standard error, which must be a terminal.
pub(crate) struct Bars {
    patience: Duration,
    target: fn() -> ProgressDrawTarget,
}

impl Bars {
    /// Bars that appear after half a second.
    pub(crate) fn on_terminal() -> Self {
        Self { patience: PATIENCE, target: || ProgressDrawTarget::stderr_with_hz(DRAWS) }
    }
}

impl Watcher for Bars {
    fn begin(&self, what: &'static str, steps: Option<u64>) -> Box<dyn Watched> {
        Box::new(Bar {
            what,
            steps,
            taken: AtomicU64::new(0),
            appears: Instant::now() + self.patience,
            target: self.target,
            shown: OnceLock::new(),
        })
    }
}

/// One piece of work, and its bar once there is one.
struct Bar {
    what: &'static str,
    steps: Option<u64>,
    taken: AtomicU64,
    appears: Instant,
    target: fn() -> ProgressDrawTarget,
    shown: OnceLock<ProgressBar>,
}

impl Bar {
    fn draw(&self) -> ProgressBar {
        let template = if self.steps.is_some() { COUNTED } else { UNCOUNTED };
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        ProgressBar::with_draw_target(self.steps, (self.target)())
            .with_style(style.progress_chars("=> "))
            .with_message(self.what)
    }
}

impl Watched for Bar {
    fn advance(&self, steps: u64) {
        let taken = self.taken.fetch_add(steps, Ordering::Relaxed) + steps;
        if self.shown.get().is_some() || Instant::now() >= self.appears {
            self.shown.get_or_init(|| self.draw()).set_position(taken);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.shown.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use indicatif::TermLike;

    use super::*;
    use crate::ops::Progress;

    /// What was drawn by the tests of this module, which do not run side by side.
    static DRAWN: Mutex<String> = Mutex::new(String::new());
    static TURN: Mutex<()> = Mutex::new(());

    #[derive(Debug)]
    struct Paper;

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(&format!("{text}\n"))
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            DRAWN.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<clear>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn drawn(patience: Duration, work: impl FnOnce(&Progress)) -> String {
        let _turn = TURN.lock().unwrap();
        DRAWN.lock().unwrap().clear();
        let target = || ProgressDrawTarget::term_like(Box::new(Paper));
        work(&Progress::told_to(Bars { patience, target }));
        std::mem::take(&mut *DRAWN.lock().unwrap())
    }

    #[test]
    fn short_work_leaves_no_trace() {
        let drawn = drawn(Duration::from_secs(3600), |progress| {
            progress.begin("reading issues", Some(3)).advance(3);
        });
        assert_eq!(drawn, "");
    }

    #[test]
    fn long_work_is_drawn_and_cleared_when_it_ends() {
        for (steps, expected) in [
            (Some(4000), "reading issues [======================>       ] 3,000/4,000"),
            (None, "reading issues 3,000"),
        ] {
            let drawn = drawn(Duration::ZERO, |progress| {
                let task = progress.begin("reading issues", steps);
                task.advance(1000);
                task.advance(2000);
                std::thread::sleep(Duration::from_millis(100));
                task.advance(0);
            });
            assert!(drawn.contains(expected), "{drawn}");
            assert!(drawn.trim_end().ends_with("<clear>"), "{drawn}");
        }
    }

    #[test]
    fn threads_share_one_piece_of_work() {
        let drawn = drawn(Duration::ZERO, |progress| {
            let task = progress.begin("reading issues", Some(40));
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..10).for_each(|_| task.advance(1)));
                }
            });
            std::thread::sleep(Duration::from_millis(100));
            task.advance(0);
        });
        assert!(drawn.contains("40/40"), "{drawn}");
    }
}
