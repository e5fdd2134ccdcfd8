;;; SPDX-License-Identifier: MIT
(defvar *order* nil)
(defvar *lost* 0)
(defvar *lock* (sb-thread:make-mutex))

(defun work (me)
  (dotimes (k 5)
    (sb-thread:thread-yield)
    (sb-thread:with-mutex (*lock*)
      (push (+ (* 10 me) k) *order*))
    (loop repeat 1000 do (incf *lost*))
    (make-array 10000)
    (sleep 0.0005)))

(mapc #'sb-thread:join-thread
      (loop for i below 8
            collect (let ((me i))
                      (sb-thread:make-thread (lambda () (work me))))))
(gc :full t)
(print *order*)
(print *lost*)
(terpri)
