// EmitStrategy: when a windowed aggregation emits a window's result.
//   .windowed_by(TumblingWindows::of(1h).grace(5min))
//   .emit_strategy(EmitStrategy::on_window_close())     once, when the window is closed
//   .count()
// The default, on_window_update(), emits every change. On close needs no buffer, unlike suppress:
// what is open lies in the aggregation's own store. Source: EmitStrategy (KIP-825). Thread rule:
// values.
#pragma once

namespace pawl {

class EmitStrategy {
 public:
  static EmitStrategy on_window_update() { return EmitStrategy(When::update); }
  static EmitStrategy on_window_close() { return EmitStrategy(When::close); }

  // For authors of operators: whether only closed windows are emitted.
  [[nodiscard]] bool final_results() const { return when_ == When::close; }

 private:
  enum class When { update, close };
  explicit EmitStrategy(When when) : when_(when) {}
  When when_;
};

}  // namespace pawl
